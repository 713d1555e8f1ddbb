"""
The commands of the review site, for its operator.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from devnorms.cli import speaking
from devnorms.cli.failing import PlainGroup

SiteFolder = Annotated[
    Path, typer.Option("--site", help="Folder of the site.", envvar="DEVNORMS_SITE")
]
Community = Annotated[
    str, typer.Option(help="Short name of the community.", show_default=False)
]
By = Annotated[
    str, typer.Option(help="User name of the researcher; without it, the operator.")
]
HERE = Path("review-site")

review = typer.Typer(
    cls=PlainGroup,
    help="The site where the people concerned read, answer and decide.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@review.command()
def init(
    site: SiteFolder = HERE,
    address: Annotated[
        str, typer.Option(help="What people will type.")
    ] = "http://127.0.0.1:8765",
    database: Annotated[
        str,
        typer.Option(
            help="postgresql://user:password@host/name; without it, SQLite.",
            envvar="DEVNORMS_REVIEW_DATABASE",
            show_default=False,
        ),
    ] = "",
    smallest_cell: Annotated[
        int, typer.Option(help="Counts below it are shown to nobody.")
    ] = 10,
) -> None:
    """Make a site in a new folder."""
    from devnorms.review import operating

    made = operating.init(
        site, address=address, database=database, smallest_cell=smallest_cell
    )
    speaking.say(f"Made: {made.folder}. Start it: devnorms review serve --site {site}")
    speaking.say(
        "Then invite two stewards for each community: devnorms review invite "
        f"--site {site} --community NAME --title 'Families of ...' --role steward"
    )
    if not made.mail:
        speaking.say(
            f"Mails are printed where it is served; for SMTP, fill in 'mail' in "
            f"{made.folder / 'site.json'}."
        )


@review.command()
def serve(
    site: SiteFolder = HERE,
    port: Annotated[int, typer.Option(help="On this machine only.")] = 8765,
) -> None:
    """Serve a site on this machine; make it first if it is not there."""
    from devnorms.review import operating

    speaking.say(f"http://127.0.0.1:{port}  (stop with Ctrl+C)")
    operating.serve(site, port=port)


@review.command()
def invite(
    community: Community,
    site: SiteFolder = HERE,
    role: Annotated[
        str, typer.Option(help="observer, reviewer, facilitator, steward, researcher.")
    ] = "steward",
    title: Annotated[
        str,
        typer.Option(
            help="Its full name, if the community is new.", show_default=False
        ),
    ] = "",
    language: Annotated[str, typer.Option(help="Of a new community.")] = "en",
) -> None:
    """Print a one-time invitation. Stewards invite the others, on the site."""
    from devnorms.review import operating

    operating.start(site)
    operating.community(community, title, language)
    speaking.say(operating.invite(community, role))
    speaking.say(
        f"For one person, once, within {operating.DAYS_OPEN} days. Not shown again."
    )


@review.command()
def push(
    result: Annotated[
        Path, typer.Argument(help="Folder that `run` wrote.", show_default=False)
    ],
    community: Community,
    site: SiteFolder = HERE,
    by: By = "",
) -> None:
    """Bring a result to a community; who pushes it can't decide on it."""
    from devnorms.review import operating

    operating.start(site)
    pushed, again = operating.push(
        result, community, by=operating.account(by) if by else None
    )
    if not pushed:
        speaking.say("It is there already; nothing was changed.")
        return
    speaking.say(f"{pushed} results, {again} of them new versions.")
    speaking.say("Nobody sees them until the community's stewards say who may.")


@review.command()
def pull(
    out: Annotated[
        Path,
        typer.Argument(help="A new folder, beside the analysis.", show_default=False),
    ],
    community: Community,
    site: SiteFolder = HERE,
    by: By = "",
) -> None:
    """Write decisions and notes as files that an analysis reads without the site."""
    from devnorms.review import operating

    operating.start(site)
    from devnorms.review.pulling import pull as write

    counts = write(
        operating.community(community),
        out,
        by=operating.account(by) if by else None,
    )
    for name, count in counts.items():
        speaking.say(f"{count} {name.replace('_', ' ')}")
    speaking.say(f"Written: {out}")


@review.command()
def backup(
    out: Annotated[Path, typer.Argument(help="A new file (zip).", show_default=False)],
    site: SiteFolder = HERE,
) -> None:
    """Copy a site into one file, while it is in use."""
    from devnorms.review.instance import load_site
    from devnorms.review.keeping import backup as copy

    copy(load_site(site), out)
    speaking.say(
        f"Written: {out}. It holds the site's secret: keep it as safe as that."
    )


@review.command()
def restore(
    copy: Annotated[
        Path, typer.Argument(help="A file that `backup` wrote.", show_default=False)
    ],
    site: SiteFolder = HERE,
    database: Annotated[
        str,
        typer.Option(help="Another, empty PostgreSQL database.", show_default=False),
    ] = "",
) -> None:
    """Make a site from a copy, in a new folder."""
    from devnorms.review import operating
    from devnorms.review.keeping import restore as make

    make(copy, site, database=database)
    operating.start(site)
    operating.upgrade()
    speaking.say(f"Restored: {site}")
    _tell_faults(site)


@review.command()
def check(site: SiteFolder = HERE) -> None:
    """Say whether a site is sound: audit, guards, files, settings; else exit code 1."""
    _tell_faults(site)


@review.command("forget-factor")
def forget_factor(
    name: Annotated[str, typer.Argument(help="User name.", show_default=False)],
    site: SiteFolder = HERE,
) -> None:
    """Take the second factor off an account whose phone and codes are lost."""
    from devnorms.review import operating

    operating.start(site)
    operating.forget_factor(name)
    speaking.say(f"{name} has no second factor now; stewards see it in their audit.")


def _tell_faults(site: Path) -> None:
    from devnorms.review import operating
    from devnorms.review.checking import check as faults_of

    faults = faults_of(operating.start(site))
    for line in faults:
        speaking.say(line)
    if faults:
        raise typer.Exit(1)
    speaking.say("Sound: audit chain, guards, results, database, files, settings.")
