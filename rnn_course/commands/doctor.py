"""`rnn-course doctor`: what this computer has, what to do about what it lacks, and what confines code."""

from __future__ import annotations

import json
import sys

import click

from rnn_course.environment import LOOK, MISSING, OK, Finding, Findings, check_environment
from rnn_course.grading.sandbox.confinement import SandboxError, Tier
from rnn_course.grading.sandbox.proofs import Proof, prove
from rnn_course.grading.sandbox.tiers import available, strongest, warning

TIERS = [tier.value for tier in Tier if tier is not Tier.UNSAFE]


@click.command()
@click.option(
    "--sandbox/--no-sandbox", default=True, help="Attempt what students' code must not be able to do."
)
@click.option("--tier", type=click.Choice(TIERS), help="Prove this tier, not the strongest that there is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(sandbox: bool, tier: str | None, as_json: bool) -> None:
    """Say whether this computer has what the course needs, and what confines students' code when it grades.

    The sandbox is proved: what it forbids is attempted inside it. The exit status is 1 if something is
    missing, or if something was possible that the sandbox promises to prevent.
    """
    findings = check_environment()
    kept, report = examine_sandbox(Tier(tier) if tier else None) if sandbox else (True, {})
    if as_json:
        rows = [finding._asdict() for finding in findings]
        click.echo(json.dumps({"ok": findings.ok and kept, "environment": rows, "sandbox": report}, indent=2))
    else:
        click.echo(str(findings))
        if report:
            click.echo("\n" + describe_sandbox(report))
    sys.exit(0 if findings.ok and kept else 1)


def examine_sandbox(tier: Tier | None) -> tuple[bool, dict]:
    """Whether the sandbox keeps its promises, and all that was found, fit for JSON.

    Args:
        tier: the tier to prove; the strongest that this machine gives by default.
    """
    tiers = {tier.value: why for tier, why in available().items() if tier is not Tier.UNSAFE}
    report: dict = {"tiers": tiers, "proved": None, "warning": "", "proofs": []}
    try:
        chosen = tier or strongest()
        proofs = prove(chosen)
    except SandboxError as error:
        report["warning"] = str(error)
        return tier is None, report  # a computer may lack any sandbox; one that was asked for has to work
    report |= {
        "proved": chosen.value,
        "warning": warning(chosen),
        "proofs": [_row(proof) for proof in proofs],
    }
    return not any(proof.broken for proof in proofs), report


def describe_sandbox(report: dict) -> str:
    """The same as a table."""
    rows = []
    for name, why in report["tiers"].items():
        proved = ", proved here" if name == report["proved"] else ""
        rows.append(Finding(f"sandbox: {name}", why or f"works{proved}", LOOK if why else OK))
    for proof in report["proofs"]:
        if not proof["got"]:
            rows.append(Finding(proof["attempt"], f"could not {proof['subject']}"))
        elif proof["promised"]:
            rows.append(Finding(proof["attempt"], f"COULD {proof['subject']}: {proof['got']}", MISSING))
        else:
            rows.append(Finding(proof["attempt"], f"can {proof['subject']}, which this tier allows", LOOK))
    table = str(Findings(rows)).rpartition("\n")[0]
    broken = [proof["attempt"] for proof in report["proofs"] if proof["promised"] and proof["got"]]
    verdict = "Students' code is confined: nothing that the sandbox forbids was possible."
    if broken:
        verdict = f"Do not grade here: {', '.join(broken)} must not be possible."
    elif not report["proofs"]:
        verdict = "Nothing was proved."
    return "\n".join(line for line in (table, report["warning"], verdict) if line)


def _row(proof: Proof) -> dict:
    row = {**proof._asdict(), "broken": proof.broken}
    row["ending"] = str(proof.ending)
    return row
