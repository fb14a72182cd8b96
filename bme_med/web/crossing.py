"""What crosses between workers of a page, as JSON: owners of instances, outcomes, glances."""

from collections.abc import Mapping
from typing import Any

from bme_med.audit import Status
from bme_med.dicom import Owner
from bme_med.run.surveying import Glance
from bme_med.run.working import Outcome

__all__ = [
    "glance_from_json",
    "glance_to_json",
    "outcome_from_json",
    "outcome_to_json",
    "owner_from_json",
    "owner_to_json",
]


def owner_to_json(owner: Owner | None) -> list[str] | None:
    """Study, patient and issuer; nothing of a source that is no instance."""
    return [owner.study, owner.patient, owner.issuer] if owner else None


def owner_from_json(said: list[str]) -> Owner:
    """What `owner_to_json` made."""
    return Owner(*said)


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """All that a clerk needs; kinds of actions are counted from the audit instead."""
    return {
        "status": outcome.status.value,
        "reason": outcome.reason,
        "format": outcome.format,
        "source_sha256": outcome.source_sha256,
        "output_sha256": outcome.output_sha256,
        "size": outcome.size,
        "suffix": outcome.suffix,
        "fields": dict(outcome.fields),
        "actions": outcome.actions,
        "findings": list(outcome.findings),
    }


def outcome_from_json(said: Mapping[str, Any]) -> Outcome:
    """What `outcome_to_json` made."""
    status, findings = Status(said["status"]), tuple(said["findings"])
    return Outcome(**{**said, "status": status, "findings": findings})


def glance_to_json(glance: Glance) -> list[Any]:
    """All of `glance`."""
    return list(glance)


def glance_from_json(said: list[Any]) -> Glance:
    """What `glance_to_json` made."""
    key, *rest = said
    return Glance(tuple(key), *rest)
