"""/broadworks/enterprises: the provider's customers and their directory syncs, for its administrator only."""

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, page
from sandbox.api.body import json_fields
from sandbox.api.context import require_partner_admin, the_world
from sandbox.broadworks.enterprises import Enterprise
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json

blueprint = Blueprint("enterprises", __name__)
blueprint.before_request(require_partner_admin)

SYNC = "/broadworks/enterprises/<enterprise_id>/broadworksDirectorySync"


def _sync(enterprise: Enterprise) -> Json:
    return {"enableDirSync": enterprise.enabled, "directorySyncStatus": enterprise.status()}


def _brief(enterprise: Enterprise) -> Json:
    """What changing or starting a sync answers: the status word alone."""
    status = {"syncStatus": enterprise.status()["syncStatus"]}
    return {"enableDirSync": enterprise.enabled, "directorySyncStatus": status}


def _shape(enterprise: Enterprise) -> Json:
    return {
        "id": enterprise.id,
        "orgId": enterprise.org_id,
        "provisioningId": enterprise.provisioning_id,
        "spEnterpriseId": enterprise.sp_enterprise_id,
        "broadworksDirectorySync": _sync(enterprise),
    }


@blueprint.get("/broadworks/enterprises")
def several() -> Response:
    """Enterprises by their exact id or its beginning."""
    exact, start = request.args.get("spEnterpriseId"), request.args.get("startsWith", "")
    found = [
        enterprise
        for enterprise in the_world().broadworks.listed()
        if exact in (None, enterprise.sp_enterprise_id) and enterprise.sp_enterprise_id.startswith(start)
    ]
    return page(found, _shape, default=100, most=1000)


@blueprint.get(SYNC)
def status(enterprise_id: str) -> Response:
    """How the last sync went, or goes."""
    return answer(_sync(the_world().broadworks.get(enterprise_id)))


@blueprint.put(SYNC)
def enable(enterprise_id: str) -> Response:
    """Switch directory sync on or off."""
    return answer(_brief(the_world().broadworks.enable(enterprise_id, json_fields().flag("enableDirSync"))))


@blueprint.post(SYNC)
def sync_now(enterprise_id: str) -> Response:
    """Start a sync; 200, not 202."""
    if json_fields().needed("syncStatus") != "SYNC_NOW":
        raise WebexError(400, "The only value allowed for syncStatus is SYNC_NOW.")
    return answer(_brief(the_world().broadworks.sync_now(enterprise_id)))
