"""The whole command line `audience-vault`: ingest's commands, and those that build on them."""

from ingest.cli import make_app
from orchestration.commands.build import PASS_THROUGH, build_command
from orchestration.commands.demo import demo_command
from orchestration.commands.market import market_command
from orchestration.commands.publish import publish_command

app = make_app()
app.command("build", context_settings=PASS_THROUGH)(build_command)
app.command("publish")(publish_command)
app.command("market")(market_command)
app.command("demo")(demo_command)
