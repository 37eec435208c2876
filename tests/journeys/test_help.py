from tests.journeys.house import ANA, OLGA, House


def test_help_lists_what_an_admin_may_type(house: House) -> None:
    answer = house.ask(ANA, "help")
    commands = [line.split("`")[1].split()[0] for line in (answer.markdown or "").splitlines() if line.startswith("- ")]
    assert commands == [
        "status",
        "sync",
        "cancel",
        "history",
        "licenses",
        "locations",
        "notify",
        "use",
        "admins",
        "audit",
        "help",
    ]


def test_help_explains_one_command(house: House) -> None:
    answer = house.ask(OLGA, "help licenses")
    assert "`sort=-last,location`" in (answer.markdown or "")
    assert "status –" not in (answer.markdown or "")
