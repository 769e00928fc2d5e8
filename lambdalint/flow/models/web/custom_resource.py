"""crhelper's ``CfnResource``: functions that a stack's custom resource is made, changed and removed by.

The handler gives the event to the object, which calls the function that is registered for the kind of the request; see
https://github.com/aws-cloudformation/custom-resource-helper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.models.web.registration import decorating, owner_of
from lambdalint.flow.site import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.values import Value

RESOURCES = ("crhelper.CfnResource", "crhelper.resource_helper.CfnResource")
_REQUESTS = ("create", "update", "delete", "poll_create", "poll_update", "poll_delete")


def _decorator(call: ExternalCall) -> Value | None:
    return decorating(call, owner_of(call.receiver) if call.receiver else 0, [Route(None, "event", call.method)])


OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = dict.fromkeys(
    RESOURCES, dict.fromkeys(_REQUESTS, _decorator)
)
