"""
The coder that asks a chat server on this machine; the server is never trusted.

At start the server must show that it holds to a schema (the canary); every answer must
show it again, and is taken whole or not at all. A report without a usable answer is
refused with the reason, never guessed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms._base.hashes import content_hash
from devnorms.annotate import audit
from devnorms.annotate.coding import Document, Proposal
from devnorms.annotate.languages import languages
from devnorms.annotate.segments import segment
from devnorms.annotate.server_cues import reads_as_order
from devnorms.annotate.server_dialects import (
    DIALECTS,
    chat_answer,
    chat_body,
    first_proposals,
    questions,
    where_questions,
    with_places,
)
from devnorms.annotate.server_http import CONSENT, ServerError, checked_host, post
from devnorms.annotate.server_prompt import (
    Window,
    answer_schema,
    messages,
    proposals_of,
    windows,
)

_CANARY_TEXT = "The sky is blue. The grass is green."
NO_CONSENT = "the family has not agreed that the text leaves this machine"


class ServerCoder:
    """
    Codes with any OpenAI-compatible chat server on this machine.

    Parameters
    ----------
    url : str
        Such as ``"http://127.0.0.1:8080/v1"``.
    model : str
        As the server calls it.
    codebook : mapping of str to str
        Milestones, with what counts and what does not.
    dialect : str
        One of `DIALECTS`, or ``"auto"``: the first whose canary comes back.
    log : pathlib.Path, optional
        Audit log: what was sent where, as hashes.
    allow_host : str, optional
        A host that is not this machine and may be used, for reports whose family has
        agreed to ``"third_party_processing"``.
    timeout_s : float
        Seconds to wait for an answer.

    Attributes
    ----------
    host : str
        Where texts go.
    refused : dict of str to str
        Reports that were not coded, with the reason.
    flagged : dict of str to str
        Reports that read as orders to a program, with the reason; coded all the same.

    Raises
    ------
    RemoteHostError
        If the host is not this machine and was not named.
    ServerError
        If the server does not hold to a schema.
    """

    def __init__(
        self,
        url: str,
        model: str,
        codebook: Mapping[str, str],
        *,
        dialect: str = "auto",
        log: Path | None = None,
        allow_host: str | None = None,
        timeout_s: float = 120.0,
    ) -> None:
        check_known("dialect", [dialect], [*DIALECTS, "auto"])
        if not codebook:
            raise BadValueError.parameter("codebook", "one milestone or more", {})
        self.host, self.local = checked_host(url, allow_host)
        self._url, self.model = url.rstrip("/"), model
        self.codebook = dict(codebook)
        self.concepts = tuple(codebook)
        self.refused: dict[str, str] = {}
        self.flagged: dict[str, str] = {}
        self._log, self._timeout = log, timeout_s
        self.dialect = self._canary(DIALECTS if dialect == "auto" else (dialect,))

    @property
    def name(self) -> str:
        """Model, dialect and a hash of all that it is told."""
        told = content_hash([self.codebook, answer_schema(["s1"], self.concepts, "")])
        return f"server:{self.model}:{self.dialect}:{told[:8]}"

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that there are rules for; the model may know fewer."""
        return languages()

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """All: nobody here has measured this model in any language."""
        return self.languages

    def code(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """
        Ask the server about each document.

        Parameters
        ----------
        documents : sequence of Document
            Redacted.

        Returns
        -------
        list of list of Proposal
            Empty for what was refused; `refused` says why.
        """
        return [self._coded(document) for document in documents]

    def _coded(self, document: Document) -> list[Proposal]:
        if not self.local and CONSENT not in document.consent:
            self.refused[document.id] = NO_CONSENT
            return []
        why = reads_as_order(document.text)
        if why:
            self.flagged[document.id] = why
        found: list[Proposal] = []
        for window in windows(document):
            try:
                found += self._twice(window)
            except ServerError as error:
                self.refused[document.id] = f"no usable answer: {error}"
                return []
        return found

    def _twice(self, window: Window) -> list[Proposal]:
        """Ask; once more, with another seed, where the answer cannot be used."""
        try:
            return self._ask(window, self.dialect, seed=1)
        except ServerError:
            return self._ask(window, self.dialect, seed=2)

    def _canary(self, dialects: Sequence[str]) -> str:
        """Give the first dialect in which the server holds to a schema."""
        text = _CANARY_TEXT
        document = Document("canary", "en", text, None, segment(text, "en"))
        window = windows(document)[0]
        reasons = []
        for dialect in dialects:
            try:
                self._ask(window, dialect, seed=1)
            except ServerError as error:
                reasons.append(f"{dialect}: {error}")
                self._note("canary", {"dialect": dialect, "outcome": str(error)})
            else:
                self._note("canary", {"dialect": dialect, "outcome": "held"})
                return dialect
        raise ServerError(
            f"The server at {self.host} does not hold to a schema, so its answers "
            f"cannot be relied on ({'; '.join(reasons)}). "
            "See docs/howto/annotate-servers.md."
        )

    def _ask(self, window: Window, dialect: str, seed: int) -> list[Proposal]:
        if dialect == "decisions":
            return self._decide(window)
        nonce, mark = secrets.token_hex(8), secrets.token_hex(4)
        schema = answer_schema(list(window.pieces), self.concepts, mark)
        told = messages(window, self.codebook, nonce)
        body = chat_body(dialect, self.model, told, schema, seed)
        answer = chat_answer(self._send("chat/completions", body))
        found = proposals_of(answer, window, self.concepts, mark)
        if found is None:
            raise ServerError("the answer is not as the schema says")
        return found

    def _decide(self, window: Window) -> list[Proposal]:
        """Ask typed questions: what is said, then which piece says it."""
        nonce = secrets.token_hex(8)
        state = messages(window, {}, nonce)[1]["content"]
        body: dict[str, Any] = {"model": self.model, "state": state}
        first = self._send("systemone", body | {"questions": questions(self.codebook)})
        found = first_proposals(first, window, self.codebook)
        if not found or len(window.pieces) == 1:
            return found
        asked = where_questions(found, window)
        return with_places(
            self._send("systemone", body | {"questions": asked}), found, window
        )

    def _send(self, path: str, body: Mapping[str, Any]) -> object:
        """Log that something is sent, then send it."""
        self._note("sent", {"request": content_hash(body)})
        return post(f"{self._url}/{path}", body, timeout=self._timeout)

    def _note(self, event: str, details: Mapping[str, Any]) -> None:
        if self._log is not None:
            whom = {"sent_to": self.host, "model": self.model}
            audit.append(self._log, event, whom | dict(details))
