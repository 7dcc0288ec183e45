"""Holds requests to Graph, and the simulator's answers, against the OpenAPI subsets beside this file, one per version.

    for request in entra.requests:
        assert violations(request) == []

Works on any object with the attributes of `simulator.entra.RecordedRequest`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

_KEY = re.compile(r"'\{[^}]+\}'")
_QUOTED_TEXT = "'(?:[^']|'')+'"  # an apostrophe in it stands twice: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
_PAGING = frozenset(("$skiptoken",))  # part of every nextLink, in no description
# Paths the permissions data leaves out although reference pages name what opens them:
# https://learn.microsoft.com/graph/api/authentication-update?view=graph-rest-beta and hardwareoathauthenticationmethod-delete
_READ_METHODS = frozenset(("UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"))
_UNLISTED = {
    ("GET", "/users/{user-id}/authentication/signInPreferences"): _READ_METHODS,
    ("PATCH", "/users/{user-id}/authentication/signInPreferences"): frozenset(("UserAuthenticationMethod.ReadWrite.All",)),
    (
        "POST",
        "/users/{user-id}/authentication/hardwareOathMethods/{hardwareOathAuthenticationMethod-id}/deactivate",
    ): frozenset(("UserAuthMethod-HardwareOATH.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All")),
}
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


class Recorded(Protocol):
    """What is asked of a recorded request."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> Any: ...
    @property
    def body(self) -> Any: ...
    @property
    def status(self) -> int: ...
    @property
    def answer(self) -> Any: ...


@dataclass(frozen=True)
class Operation:
    """One method of one path of the contract."""

    method: str
    template: str
    description: dict[str, Any]
    version: str

    @property
    def query_options(self) -> frozenset[str]:
        return frozenset(p["name"] for p in self.description.get("parameters", ()) if p["in"] == "query")

    @property
    def permissions(self) -> frozenset[str]:
        """Application permissions, each of which opens the operation; empty when no application may call it."""
        return self._listed("Application") or _UNLISTED.get((self.method, self.template), frozenset())

    @property
    def scopes(self) -> frozenset[str]:
        """Permissions each of which opens the operation to a signed-in user."""
        return self._listed("DelegatedWork")

    @property
    def beside(self) -> frozenset[str]:
        """Permissions of which one is needed beside the one that opens the operation."""
        return frozenset(name for names in self.description.get("x-also-requires", {}).values() for name in names)

    def _listed(self, scheme: str) -> frozenset[str]:
        listed = self.description.get("x-permissions", {}).get(scheme, {})
        return frozenset((*listed.get("least", ()), *listed.get("other", ())))

    @property
    def body(self) -> dict[str, Any] | None:
        return _json_schema(self.description.get("requestBody", {}))

    @property
    def success(self) -> int | None:
        documented = re.match(r"\d{3}", str(self.description.get("x-documented-success", "")))
        return int(documented[0]) if documented else None

    @property
    def binary(self) -> bool:
        """It answers with bytes."""
        contents = (response.get("content", {}) for response in self.description["responses"].values())
        return any("application/octet-stream" in content for content in contents)

    @property
    def result(self) -> dict[str, Any] | None:
        for status, response in self.description["responses"].items():
            if str(status).startswith("2"):
                return _json_schema(response)
        return None


def _json_schema(holder: dict[str, Any]) -> dict[str, Any] | None:
    schema: dict[str, Any] | None = holder.get("content", {}).get("application/json", {}).get("schema")
    return schema


@cache
def contract(version: str) -> dict[str, Any]:
    """The parsed YAML of `v1.0` or `beta`; each reference and each schema says which version it belongs to."""
    text = Path(__file__).with_name(f"graph-{version}.yaml").read_text()
    parsed: dict[str, Any] = yaml.load(text.replace("#/components/schemas/", f"{version}#/components/schemas/"), yaml.CSafeLoader)
    for schema in parsed["components"]["schemas"].values():
        schema["x-version"] = version
    return parsed


@cache
def operations(version: str = "v1.0") -> dict[tuple[str, str], Operation]:
    """Every operation by upper-case method and path template."""
    verbs = ("get", "post", "patch", "put", "delete")
    return {
        (verb.upper(), template): Operation(verb.upper(), template, item[verb], version)
        for template, item in contract(version)["paths"].items()
        for verb in verbs
        if verb in item
    }


@cache
def template_of(path: str, version: str = "v1.0") -> str | None:
    """The template a decoded path belongs to; from the left, a literal segment goes before a key, and a key before a wildcard."""
    segments = path.replace("microsoft.graph.", "graph.").split("/")
    fitting = [template for template in contract(version)["paths"] if _fits(template.split("/"), segments)]
    return min(fitting, key=lambda template: [_openness(segment) for segment in template.split("/")], default=None)


def _fits(template: list[str], segments: list[str]) -> bool:
    return len(template) == len(segments) and all(
        re.fullmatch(_pattern(wanted), segment) is not None for wanted, segment in zip(template, segments, strict=True)
    )


@cache
def _pattern(segment: str) -> str:
    """What a segment of a template matches: itself, with any text for a key (`applications(appId='{appId}')`), or anything at all."""
    if segment.startswith("{"):
        return ".+"
    return _QUOTED_TEXT.join(re.escape(literal) for literal in _KEY.split(segment))


def _openness(segment: str) -> int:
    return 2 if segment.startswith("{") else 1 if _KEY.search(segment) else 0


def operation_of(request: Recorded) -> Operation | None:
    """The operation a request is; None when the contract has none."""
    version = _version(request)
    template = template_of(request.path, version)
    return operations(version).get((request.method, template)) if template else None


def _version(request: Recorded) -> str:
    """A request that names none is one to v1.0; one to a path outside the versions is in neither contract."""
    return getattr(request, "version", "") or "v1.0"


def permissions_for(request: Recorded) -> frozenset[str]:
    """The application permissions each of which allows the request, or the delegated ones where somebody was signed in.

    A type cast is as open as what it casts.
    """
    operation = operation_of(request)
    if operation is None:
        return frozenset()
    uncast = operations(operation.version)[operation.method, re.sub(r"/graph\.\w+$", "", operation.template)]
    return uncast.scopes if getattr(request, "scopes", ()) else uncast.permissions


def violations(request: Recorded, granted: frozenset[str] | None = None) -> list[str]:
    """What is wrong with a request by the contract: path, method, query options, body; and with `granted`, permissions."""
    operation = operation_of(request)
    what = f"{request.method} {request.path}"
    if operation is None:
        return [f"{what}: not in the contract"]
    found = [f"{what}: unknown query option {name}" for name in request.query if name not in operation.query_options | _PAGING]
    found += [f"{what}: {problem}" for problem in _unknown_selections(operation, request.query.get("$select"))]
    if request.body is not None:
        if operation.body is None:
            if request.body != {}:  # an empty object is how a batch spells "no body"
                found.append(f"{what}: takes no body")
        else:
            found += [f"{what}: {problem}" for problem in _problems(request.body, operation.body, "body")]
    if operation.template != "/$batch":
        allowed = permissions_for(request)
        granted = getattr(request, "scopes", None) or granted
        beside = operation.beside
        if not allowed:
            found.append(f"{what}: no application permission opens it")
        elif granted is not None and beside and not granted & beside:
            found.append(f"{what}: needs one of {', '.join(sorted(beside))} too")
        elif granted is not None and not granted & allowed:
            found.append(f"{what}: needs one of {', '.join(sorted(allowed))}")
    return found


def response_violations(request: Recorded) -> list[str]:
    """What is wrong with the answer to a request by the contract: status of a success, fields, types, enum values."""
    operation = operation_of(request)
    what = f"{request.method} {request.path} -> {request.status}"
    if operation is None or request.status >= 400:
        return [f"{what}: {problem}" for problem in _error_problems(request.answer, _version(request))]
    found = []
    if operation.success is not None and request.status != operation.success:
        found.append(f"{what}: documented is {operation.success}")
    if request.answer is None or (operation.binary and isinstance(request.answer, bytes)):
        return found
    if request.status == 204:
        return [*found, f"{what}: has a body"]
    if operation.result is None:
        return [*found, f"{what}: has a body the contract does not describe"]
    return found + [f"{what}: {problem}" for problem in _problems(request.answer, operation.result, "answer")]


def _error_problems(answer: Any, version: str) -> Iterator[str]:
    if isinstance(answer, dict) and set(answer) == {"Message", "MessageDetail"}:
        return  # the body of another framework, seen for verbs the service does not implement
    if not isinstance(answer, dict) or set(answer) != {"error"} or not isinstance(answer["error"], dict):
        yield f"{answer!r} is not an error envelope"
        return
    error = dict(answer["error"])
    # innerError repeats the message in bodies seen in the field, which the description does not know
    error["innerError"] = {name: value for name, value in error.get("innerError", {}).items() if name != "message"}
    yield from _problems({"error": error}, {"$ref": f"{version}#/components/schemas/microsoft.graph.ODataErrors.ODataError"}, "error")
    yield from (f"error has no {name}" for name in ("code", "message") if not isinstance(error.get(name), str))


def _unknown_selections(operation: Operation, select: str | None) -> Iterator[str]:
    if select is None or operation.result is None:
        return
    schema = operation.result
    fields = _fields(schema)
    if "value" in fields:
        schema = fields["value"]["items"]
        fields = _fields(schema)
    if "directoryObject" in str(schema):  # any derived type may be meant
        return
    yield from (f"unknown property {name} in $select" for name in select.split(",") if name not in fields)


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        version, _, name = schema["$ref"].partition("#/components/schemas/")
        schema = contract(version)["components"]["schemas"][name]
    return schema


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and everything it is composed of."""
    schema = _schema(schema)
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part)


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: field for part in _parts(schema) for name, field in part.get("properties", {}).items()}


def _derived(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of the type the value says it is."""
    named = str(value.get("@odata.type", "")).removeprefix("#")
    version = next((part["x-version"] for part in _parts(schema) if "x-version" in part), "v1.0")
    schemas: dict[str, dict[str, Any]] = contract(version)["components"]["schemas"]
    return schemas.get(named, schema)


def _problems(value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
    if value is None:
        return
    parts = list(_parts(schema))
    members = next((part["enum"] for part in parts if "enum" in part), None)
    if members is not None and value not in members:
        yield f"{where} is {value!r}, not one of {', '.join(members)}"
    kind = next((part["type"] for part in parts if "type" in part), None)
    if kind is not None and (not isinstance(value, _JSON_TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{where} is {value!r}, not of type {kind}"
        return
    if isinstance(value, list):
        items: dict[str, Any] = next((part["items"] for part in parts if "items" in part), {})
        for index, item in enumerate(value):
            yield from _problems(item, items, f"{where}[{index}]")
    elif isinstance(value, dict):
        yield from _object_problems(value, _derived(value, schema), where)


def _object_problems(value: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    fields = _fields(schema)
    if not fields:  # pruned from the subset, or free-form such as headers
        return
    for name, item in value.items():
        if name in fields:
            yield from _problems(item, fields[name], f"{where}.{name}")
        elif "@odata." not in name:  # of the object (`@odata.id`) or of one field (`members@odata.bind`): an annotation
            yield f"{where} has an unknown field {name}"
    required = {name for part in _parts(schema) for name in part.get("required", ())}
    yield from (f"{where} has no {name}" for name in sorted(required - value.keys()))
