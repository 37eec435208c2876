"""/broadworks/enterprises: the provider's customers and their syncs. Only the provider's administrator may call it."""

from flask import Blueprint, Response, request

from sandbox.api.context import current_world, require_partner_admin
from sandbox.api.request_fields import json_fields
from sandbox.api.responses import json_response, list_response
from sandbox.broadworks.enterprises import Enterprise
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json

blueprint = Blueprint("enterprises", __name__)
blueprint.before_request(require_partner_admin)

SYNC_PATH = "/broadworks/enterprises/<enterprise_id>/broadworksDirectorySync"


def _sync_json(enterprise: Enterprise) -> Json:
    return {"enableDirSync": enterprise.is_enabled, "directorySyncStatus": enterprise.status()}


def _changed(enterprise: Enterprise) -> Response:
    """Return the answer to changing or starting a sync: only the status."""
    status = {"syncStatus": enterprise.status()["syncStatus"]}
    return json_response({"enableDirSync": enterprise.is_enabled, "directorySyncStatus": status})


def _enterprise_json(enterprise: Enterprise) -> Json:
    return {
        "id": enterprise.id,
        "orgId": enterprise.org_id,
        "provisioningId": enterprise.provisioning_id,
        "spEnterpriseId": enterprise.sp_enterprise_id,
        "broadworksDirectorySync": _sync_json(enterprise),
    }


@blueprint.get("/broadworks/enterprises")
def list_enterprises() -> Response:
    """Return enterprises by exact id or by the start of the id."""
    exact, start = request.args.get("spEnterpriseId"), request.args.get("startsWith", "")
    found = [
        enterprise
        for enterprise in current_world().broadworks.listed()
        if exact in (None, enterprise.sp_enterprise_id) and enterprise.sp_enterprise_id.startswith(start)
    ]
    return list_response(found, _enterprise_json, default_size=100, max_size=1000)


@blueprint.get(SYNC_PATH)
def get_sync_json(enterprise_id: str) -> Response:
    """How the last sync went, or goes."""
    return json_response(_sync_json(current_world().broadworks.get(enterprise_id)))


@blueprint.put(SYNC_PATH)
def enable(enterprise_id: str) -> Response:
    """Switch directory sync on or off."""
    return _changed(current_world().broadworks.enable(enterprise_id, json_fields().boolean("enableDirSync")))


@blueprint.post(SYNC_PATH)
def start_sync(enterprise_id: str) -> Response:
    """Start a sync. Webex answers 200, not 202."""
    if json_fields().required("syncStatus") != "SYNC_NOW":
        raise WebexError(400, "The only value allowed for syncStatus is SYNC_NOW.")
    return _changed(current_world().broadworks.sync_now(enterprise_id))
