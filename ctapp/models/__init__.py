"""Tables and their constraints; no query, no rule of the domain. Importing this package knows every table."""

from ctapp.models.audit import AuditEvent
from ctapp.models.directory import DesignatedStage, Location, Organisation, OrganisationArea, Provider, ReportingPeriod
from ctapp.models.messages import LinkReceipt, OneTapLink, OutboxMail, UsedNonce
from ctapp.models.people import (
    Contact,
    ContactLocation,
    LocationPerson,
    SignInLock,
    SignInThrottle,
    User,
    UserLocation,
    UserSession,
)
from ctapp.models.question_sets import QuestionSet
from ctapp.models.submissions import Current, GivenReason, Note, Outbreak, PostedForm, Submission

__all__ = [
    "AuditEvent",
    "Contact",
    "ContactLocation",
    "Current",
    "DesignatedStage",
    "GivenReason",
    "LinkReceipt",
    "Location",
    "LocationPerson",
    "Note",
    "OneTapLink",
    "Organisation",
    "OrganisationArea",
    "OutboxMail",
    "Outbreak",
    "PostedForm",
    "Provider",
    "QuestionSet",
    "ReportingPeriod",
    "SignInLock",
    "SignInThrottle",
    "Submission",
    "UsedNonce",
    "User",
    "UserLocation",
    "UserSession",
]
