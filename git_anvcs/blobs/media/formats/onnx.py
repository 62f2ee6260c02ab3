"""ONNX models (onnx.ai, onnx.proto): graph, inputs and outputs, operators, weights' number."""

from collections import Counter
import math
import mmap
from pathlib import Path

from git_anvcs.blobs.media.facts import Facts, Unreadable
from git_anvcs.blobs.media.wire import Message

# Numbers of fields in onnx.proto.
IR_VERSION, PRODUCER, PRODUCER_VERSION, DOMAIN, MODEL_VERSION = 1, 2, 3, 4, 5
GRAPH, OPSET, METADATA = 7, 8, 14
NODE, GRAPH_NAME, WEIGHT, INPUT, OUTPUT = 1, 2, 5, 11, 12
NODE_OPERATOR = 4
WEIGHT_SIZES = 1
VALUE_NAME, VALUE_TYPE, TENSOR_TYPE, ELEMENT, SHAPE = 1, 2, 1, 1, 2
TEXTS = {PRODUCER: "producer", PRODUCER_VERSION: "producer version", DOMAIN: "domain"}
NUMBERS = {IR_VERSION: "ir version", MODEL_VERSION: "model version"}
TYPES = (
    *("undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string"),
    *("bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16"),
)


def read(file: Path) -> Facts:
    if not file.stat().st_size:
        raise Unreadable("it is empty")
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _model(Message(data, 0, len(data)))


def _model(model: Message) -> Facts:
    facts: Facts = {}
    later: Facts = {}
    for number, value in model.fields():
        match number, value:
            case (_, int()) if number in NUMBERS:
                facts[NUMBERS[number]] = value
            case (_, Message() as text) if number in TEXTS:
                facts[TEXTS[number]] = text.text()
            case (_, Message() as part) if number == OPSET:
                texts, numbers = _parts(part)
                later[f"operators of {texts.get(1) or 'ai.onnx'}"] = numbers.get(2, 0)
            case (_, Message() as part) if number == METADATA:
                texts, _ = _parts(part)
                later[f"metadata {texts.get(1, '')}"] = texts.get(2, "")
            case (_, Message() as part) if number == GRAPH:
                later |= _graph(part)
    if not facts or "nodes" not in later:
        raise Unreadable("it is no ONNX model")
    return facts | later


def _graph(graph: Message) -> Facts:
    operators: Counter[str] = Counter()
    facts: Facts = {}
    ends: Facts = {}
    weights = elements = 0
    for number, value in graph.fields():
        if not isinstance(value, Message):
            continue
        if number == GRAPH_NAME:
            facts["graph"] = value.text()
        elif number == NODE:
            operators[_parts(value)[0].get(NODE_OPERATOR, "")] += 1
        elif number == WEIGHT:
            weights += 1
            elements += math.prod(_sizes(value))
        elif number in (INPUT, OUTPUT):
            name, shape = _value(value)
            ends[f"{'input' if number == INPUT else 'output'} {name}"] = shape
    facts |= {"nodes": operators.total(), "weights": weights, "parameters": elements}
    return facts | ends | {f"operator {name}": operators[name] for name in sorted(operators)}


def _sizes(weight: Message) -> list[int]:
    found: list[int] = []
    for number, value in weight.fields():
        if number == WEIGHT_SIZES:
            found += value.numbers() if isinstance(value, Message) else [value]
    return found


def _value(value: Message) -> tuple[str, str]:
    """Name, and type with shape, of an input or output."""
    name, shape = "", "of a type that is no tensor"
    for number, part in value.fields():
        if number == VALUE_NAME and isinstance(part, Message):
            name = part.text()
        elif number == VALUE_TYPE and isinstance(part, Message):
            for kind, tensor in part.fields():
                if kind == TENSOR_TYPE and isinstance(tensor, Message):
                    shape = _shape(tensor)
    return name, shape


def _shape(tensor: Message) -> str:
    element, sizes = 0, "any shape"
    for number, part in tensor.fields():
        if number == ELEMENT and isinstance(part, int):
            element = part
        elif number == SHAPE and isinstance(part, Message):
            found = [_dimension(one) for _, one in part.fields() if isinstance(one, Message)]
            sizes = f"[{', '.join(found)}]"
    kind = TYPES[element] if element < len(TYPES) else f"type {element}"
    return f"{kind} {sizes}"


def _dimension(dimension: Message) -> str:
    """A number, or the name that stands for any."""
    for _, value in dimension.fields():
        return value.text() if isinstance(value, Message) else str(value)
    return "?"


def _parts(message: Message) -> tuple[dict[int, str], dict[int, int]]:
    """A small message's texts and numbers by their fields."""
    texts: dict[int, str] = {}
    numbers: dict[int, int] = {}
    for number, value in message.fields():
        if isinstance(value, Message):
            texts[number] = value.text()
        else:
            numbers[number] = value
    return texts, numbers
