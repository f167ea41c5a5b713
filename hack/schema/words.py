"""The building blocks of the schemas: one function a kind of field, so that no text is without a bound and no rule without a sentence."""

LATER = " Not acted on yet."


def field(kind, says, **more):
    return {"type": kind, "description": says, **{key: value for key, value in more.items() if value is not None}}


def rule(expression, message=None, expressed=None):
    """`expressed` is a CEL expression of the message."""
    return {"rule": expression, **({"messageExpression": expressed} if expressed else {"message": message})}


def with_rules(schema, *rules):
    return {**schema, "x-kubernetes-validations": [*schema.get("x-kubernetes-validations", []), *rules]} if rules else schema


NOT_AN_OPTION = rule("!self.startsWith('-')", "must not begin with '-', a tool would read it as an option")
STAYS_INSIDE = rule("!self.startsWith('/') && !self.split('/').exists(part, part == '..')", "must be a relative path without '..'")
PROGRAM = rule("self.size() == 0 || !self[0].startsWith('-')", "the first word is the program and must not begin with '-'")

# The patterns of controller/api/formats.cpp, by the same names.
NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DATA_KEY = r"^[-._a-zA-Z0-9]+$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
PREFIX = r"^([A-Za-z_][A-Za-z0-9_]*)?$"
TEXT = r"^[^\x00]*$"
LINE = r"^[^\x00-\x1f\x7f]*$"
WORD = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"
IMAGE = r"^[^\x00-\x20\x7f]+$"
HTTP_URL = r"^https?://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*$"
GIT_URL = r"^(https|ssh)://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*$"
ENDPOINT = r"^((unix|tcp|ssh)://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*)?$"
SHA256 = r"^[0-9a-f]{64}$"
HEADER = r"^[-!#$%&'*+.^_`|~0-9A-Za-z]+$"
STATUS_CODES = r"^[1-5][0-9]{2}(-[1-5][0-9]{2})?(,[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$"
HOST = r"^[A-Za-z0-9:]([A-Za-z0-9_.:-]*[A-Za-z0-9:])?$"
IP = r"^[0-9a-fA-F.:]+$"
VOLUME = r"^[^\x00-\x1f\x7f,:]+$"
ABSOLUTE = r"^/[^\x00-\x1f\x7f,:]*$"
MEMORY = r"^[1-9][0-9]*[bkmgBKMG]?$"
CPUS = r"^[0-9]+(\.[0-9]{1,3})?$"
GROUP_VERSION = r"^[a-z0-9][a-z0-9./-]*$"
DURATION = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"


def text(says, most, pattern=LINE, least=None, default=None):
    return field("string", says, default=default, minLength=least, maxLength=most, pattern=pattern)


def argument(says, most, pattern, default=None):
    """May become an argument of a tool."""
    return with_rules(text(says, most, pattern, least=1, default=default), NOT_AN_OPTION)


def inner_path(says, default=None):
    return with_rules(text(says, 1024, LINE, least=1, default=default), NOT_AN_OPTION, STAYS_INSIDE)


def word(says, *words, default=None):
    return field("string", says, default=default, enum=list(words))


def shown(says, most=128, least=None):
    """Text of a status."""
    return field("string", says, minLength=least, maxLength=most)


def moment(says):
    return field("string", says, format="date-time")


def counted(says):
    """A number of a status."""
    return field("integer", says, format="int64")


def name(says):
    return text(says, 253, NAME, least=1)


def number(says, least, most, default=None):
    return field("integer", says, default=default, format="int64", minimum=least, maximum=most)


def truth(says, default=None):
    return field("boolean", says, default=default)


def duration(says, default=None, shortest="1ms"):
    bounds = rule(f"duration(self) >= duration('{shortest}') && duration(self) <= duration('720h')",
                  f"must be from {shortest} to 720h")
    return with_rules(field("string", says, default=default, maxLength=64, pattern=DURATION), bounds)


def listed(says, most, items, least=None):
    return field("array", says, items=items, minItems=least, maxItems=most, **{"x-kubernetes-list-type": "atomic"})


def named(says, most, items):
    """Items differ in `name`."""
    return field("array", says, items=items, maxItems=most, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]})


def command(says):
    return with_rules(listed(says, 128, text("One word; never read by a shell.", 4096, TEXT), least=1), PROGRAM)


def mapped(says, most, values, least=None):
    return field("object", says, additionalProperties=values, minProperties=least, maxProperties=most)


def block(says, properties, required=(), rules=()):
    return with_rules(field("object", says, properties=properties, required=list(required) or None), *rules)


def count_set(names):
    return " + ".join(f"(has(self.{n}) ? 1 : 0)" for n in names)


def exactly_one(*names):
    return rule(f"{count_set(names)} == 1", f"set exactly one of {', '.join(names)}")


def at_most_one(*names):
    return rule(f"{count_set(names)} <= 1", f"set at most one of {', '.join(names)}")


def reference(says):
    return block(says, {"name": name("Name of the object, in the same namespace.")}, ["name"])


def later(schema):
    return {**schema, "description": schema["description"] + LATER}
