"""XML documents as their units."""

from __future__ import annotations

import io
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.contract.layout import UnitLayout
from harness.formats import units as units_of
from harness.formats.units import NotAsLaidOut, Unit
from tests.formats.units.documents import SAMPLES, Repeated, laid_out, read, records, told


def of(*names: str, groups: tuple[str, ...] = ()) -> UnitLayout:
    return UnitLayout(structure="xml", records=names, groups=groups)


def kinds(found: list[Unit]) -> list[str]:
    return [unit.kind.name for unit in found]


def wrong(data: bytes, units: UnitLayout, *, whole: int = 0) -> str:
    found = units_of.units(io.BytesIO(data), laid_out(units))
    for _ in range(whole):
        next(found)
    with pytest.raises(NotAsLaidOut) as error:
        list(found)
    return str(error.value)


def test_elements_of_a_name_are_records_with_the_blanks_behind_them() -> None:
    assert told(read(b"<?xml version='1.0'?>\n<a>\n <r>1</r>\n <r/><r x='2' ></r >\t</a>\n", of("r"))) == [
        ("header", b"<?xml version='1.0'?>\n<a>\n ", b""),
        ("record", b"<r>1</r>", b"\n "),
        ("record", b"<r/>", b""),
        ("record", b"<r x='2' ></r >", b"\t"),
        ("trailer", b"</a>\n", b""),
    ]


def test_a_statement_is_a_group_around_its_entries() -> None:
    data = (SAMPLES / "camt.xml").read_bytes()
    found = read(data, of("Ntry", groups=("Stmt",)))
    assert kinds(found) == ["header", "Stmt opens", *["records"] * 8, "Stmt closes", "trailer"]
    assert found[1].data.startswith(b"<Stmt>\n<TxsSummry>")
    assert found[1].kind.opens == "Stmt"
    assert found[-2].kind.closes == "Stmt"
    assert told(found)[-2] == ("trailer", b"</Stmt>", b"\n")


def test_a_group_ends_with_what_is_behind_its_last_record() -> None:
    data = b"<a><h/><g i='1'><n/> <r/>\n<x/></g>\n <g><n/></g><g/><y/><g><r/></g></a>"
    assert [(unit.kind.name, unit.data) for unit in read(data, of("r", groups=("g",)))] == [
        ("header", b"<a><h/>"),
        ("g opens", b"<g i='1'><n/> "),
        ("records", b"<r/>\n"),
        ("g closes", b"<x/></g>\n "),
        ("g opens", b"<g><n/>"),
        ("g closes", b"</g>"),
        ("g opens", b"<g/>"),
        ("g closes", b""),
        ("between", b"<y/>"),
        ("g opens", b"<g>"),
        ("records", b"<r/>"),
        ("g closes", b"</g>"),
        ("trailer", b"</a>"),
    ]


def test_groups_lie_in_each_other() -> None:
    data = b"<a><g><h><r/></h><h><r/></h><r/></g></a>"
    assert kinds(read(data, of("r", groups=("g", "h")))) == [
        *("header", "g opens", "h opens", "records", "h closes", "h opens", "records", "h closes"),
        *("records", "g closes", "trailer"),
    ]


def test_elements_of_the_same_name_within_a_record_are_its_own() -> None:
    data = b"<r><x><r><r>1</r><r/></r></x><r>2<r/></r><x/></r>"
    assert records(read(data, of("r"))) == [b"<r><r>1</r><r/></r>", b"<r>2<r/></r>"]


def test_what_stands_between_two_records_is_a_header() -> None:
    found = read(b"<a><b><r/></b> <!-- r --><b><r/>x<r/></b></a>", of("r"))
    assert [(unit.kind.role, unit.data) for unit in found] == [
        ("header", b"<a><b>"),
        ("record", b"<r/>"),
        ("header", b"</b> <!-- r --><b>"),
        ("record", b"<r/>"),
        ("header", b"x"),
        ("record", b"<r/>"),
        ("trailer", b"</b></a>"),
    ]


def test_names_are_known_by_their_local_part_or_their_namespace() -> None:
    data = b"<a xmlns:p='urn:p' xmlns='urn:q'><p:r>1</p:r><r>2</r><b xmlns='urn:p'><r>3</r></b><p:rr/></a>"
    assert records(read(data, of("r"))) == [b"<p:r>1</p:r>", b"<r>2</r>", b"<r>3</r>"]
    assert records(read(data, of("{urn:p}r"))) == [b"<p:r>1</p:r>", b"<r>3</r>"]
    assert records(read(data, of("r", "rr")))[-1] == b"<p:rr/>"


@pytest.mark.parametrize(
    "record",
    [
        b"<r><![CDATA[</r><r>]]></r>",
        b"<r><!-- </r> <r> --></r>",
        b"<r><?p </r> ?></r>",
        b"<r x='</'/>".replace(b"</", b"/>"),
        b"<r x=\"1>'/>\" y='\">'>&amp;&#62;></r>",
        b"<r>text/></r>",
        b"<r><x/></r>",
        b"<r\n  x='1'\n/>",
        b"<r\t></r\n>",
    ],
)
def test_a_record_ends_with_its_end_tag_whatever_is_in_it(record: bytes) -> None:
    assert records(read(b"<a><rs/><!-- <r> -->" + record + record + b"</a>", of("r"))) == [record, record]


def test_a_root_of_the_records_name_is_the_root() -> None:
    assert records(read(b"<r><r/></r>", of("r"))) == [b"<r/>"]


@pytest.mark.parametrize("data", [b"<a><b/></a>\n", b"<a></a>"])
def test_a_document_without_records_has_a_header_and_a_trailer(data: bytes) -> None:
    header, trailer = read(data, of("r"))
    assert (header.kind.role, trailer.kind.role) == ("header", "trailer")
    assert trailer.data.startswith(b"</a>")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("groups", [(), ("g",)])
def test_bytes_are_those_of_the_document_in_any_encoding(encoding: str, groups: tuple[str, ...]) -> None:
    declared = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding[:6].replace("iso-88", encoding))
    text = f'<?xml version="1.0" encoding="{declared}"?>\r\n<ä><g>ÿ\n<r ü=">">é</r>\n <r/> \n</g></ä>'
    data = text.encode(encoding)
    wide = {"utf-16": "utf-16-le"}.get(encoding, encoding.replace("-sig", ""))
    assert records(read(data, of("r", groups=groups), "utf-8")) == [
        one.encode(wide) for one in ('<r ü=">">é</r>', "<r/>")
    ]


def test_an_encoding_that_the_document_does_not_declare_is_the_layouts() -> None:
    data = "<a><r>é</r></a>".encode("iso-8859-1")
    assert records(read(data, of("r"), "iso-8859-1")) == ["<r>é</r>".encode("iso-8859-1")]
    assert "byte 6: found not well-formed" in wrong(data, of("r"))


@pytest.mark.parametrize("encoding", ["shift_jis", "no-such-encoding"])
def test_an_encoding_that_cannot_be_read_is_said(encoding: str) -> None:
    data = f"<?xml version='1.0' encoding='{encoding}'?><a/>".encode()
    assert "expected well-formed XML" in wrong(data, of("r"))


@pytest.mark.parametrize(
    ("data", "whole", "said"),
    [
        (b"", 0, "byte 0: found no element found"),
        (b"<a><r/><r>", 2, "byte 10: found no element found"),
        (b"<a><r/> <r></a>", 2, "byte 13: found mismatched tag"),
        (b"<a><r/></a><b/>", 2, "byte 11: found junk after document element"),
        (b"<a><r/><r x='", 2, "byte 7: found unclosed token"),
        (b"<a><r/>&nope;</a>", 2, "byte 7: found undefined entity"),
        (b"not xml", 0, "byte 0: found syntax error"),
    ],
)
def test_what_is_no_xml_says_where_once_it_is_reached(data: bytes, whole: int, said: str) -> None:
    assert wrong(data, of("r"), whole=whole).startswith(said)


@pytest.mark.parametrize("seed", range(100))
def test_a_document_that_is_cut_or_wrong_says_where_however_its_elements_are_found(seed: int) -> None:
    rng = random.Random(seed)
    inner = "".join(any_content(rng, 4, "rgx") for _ in range(rng.randint(1, 6)))
    data = bytearray(f"<root>{inner.replace('p:', '')}</root>".encode())
    if rng.random() < 0.5:
        del data[rng.randrange(1, len(data)) :]
    else:
        data[rng.randrange(len(data))] = rng.choice(b"<>/&'r")
    told_by: list[object] = []
    for groups in ("g",), ("g", "{urn:none}none"):
        units, said = [], ""
        try:
            units += units_of.units(io.BytesIO(bytes(data)), laid_out(of("r", groups=groups)))
        except NotAsLaidOut as error:
            said = str(error)
        told_by.append((said[:4], units))
    assert told_by[0] == told_by[1]


def test_entities_that_grow_without_measure_are_refused() -> None:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    data = f'<!DOCTYPE a [<!ENTITY e0 "{"x" * 1000}">{levels}]><a><r>&e9;</r></a>'.encode()
    assert "amplification" in wrong(data, of("r"))


def test_a_doctype_is_expected_at_the_beginning() -> None:
    declared = b"--><!DOCTYPE a [<!ENTITY e '<r/>'>]><a><r/></a>"
    said = wrong(b"<!--" + b"x" * 300_000 + declared, of("r"))
    assert said == "byte 300019: found a DOCTYPE far behind the beginning, expected one in the first 512 bytes"
    assert records(read(b"<!--" + declared, of("r"))) == [b"<r/>"]


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("<r>secret</r>")
    data = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]><a>&e;<r>1</r></a>'.encode()
    assert records(read(data, of("r"))) == [b"<r>1</r>"]


def test_entities_within_values_are_left_as_they_are() -> None:
    data = b'<!DOCTYPE a [<!ENTITY e "<r>no record</r>"><!ENTITY t "text">]><a><r>&t;&lt;</r></a>'
    assert records(read(data, of("r"))) == [b"<r>&t;&lt;</r>"]


def test_a_record_that_an_entity_stands_for_is_refused() -> None:
    data = b'<!DOCTYPE a [<!ENTITY e "<r>1</r>">]><a>&e;</a>'
    assert wrong(data, of("r")) == "byte 40: found an entity that stands for an element, expected the element itself"


def test_a_large_record_and_many_of_them_pass() -> None:
    large = b"<r>" + b"<x>1</x>" * 100_000 + b"</r>"
    assert records(read(io.BytesIO(b"<a>" + large + large + b"</a>"), of("r"))) == [large, large]
    assert len(read(Repeated(b"<a>", b"<r><x/></r>\n", 30_000, b"</a>"), of("r"))) == 30_002


def any_element(rng: random.Random, levels: int, names: str) -> str:
    name = rng.choice(names)
    prefix = rng.choice(["", "", "p:"])
    values = [rng.choice(["''", '""', "'>'", '"/>"', "'a&lt;'", '"\'"']) for _ in range(rng.randint(0, 2))]
    start = f"<{prefix}{name}" + "".join(f" a{i}={value}" for i, value in enumerate(values)) + rng.choice(["", " "])
    if rng.random() < 0.3:
        return start + "/>"
    inner = "".join(any_content(rng, levels - 1, names) for _ in range(rng.randint(0, 3))) if levels else ""
    return f"{start}>{inner}</{prefix}{name}{rng.choice(['', ' '])}>"


def any_content(rng: random.Random, levels: int, names: str) -> str:
    if rng.random() < 0.5:
        return any_element(rng, levels, names)
    return rng.choice(["text", "/>", " \n", "é", "<!-- <r> -->", "<![CDATA[</r>]]>", "<?p <r/> ?>", "&gt;", "&#65;"])


def outermost(element: ElementTree.Element, name: str) -> list[str]:
    found = []
    for child in element:
        if child.tag.rpartition("}")[2] == name:
            child.tail = None
            found.append(ElementTree.tostring(child, encoding="unicode"))
        else:
            found += outermost(child, name)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_records_of_any_document_are_what_a_parser_finds(seed: int) -> None:
    rng = random.Random(seed)
    encoding = rng.choice(["utf-8", "utf-8", "utf-16", "iso-8859-1"])
    inner = "".join(any_content(rng, 4, "rgx") for _ in range(rng.randint(0, 6)))
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    data = f"{head}<root xmlns:p='urn:p'>{inner}</root>".encode(encoding)
    wanted = outermost(ElementTree.fromstring(data), "r")
    for groups in (), ("g",):
        for name in "r", "{urn:p}r", "{}r":
            found = read(data, of(name, groups=groups))
            if name == "r":
                assert len(records(found)) == len(wanted)
                wide = "utf-16-le" if encoding == "utf-16" else encoding
                alone = [
                    ElementTree.fromstring(f"<o xmlns:p='urn:p'>{one.decode(wide)}</o>")[0] for one in records(found)
                ]
                assert [ElementTree.tostring(one, encoding="unicode") for one in alone] == wanted
            if name == "r":
                # A name with a namespace, though none is there, has expat report every element.
                assert read(data, of(name, groups=(*groups, "{urn:none}none"))) == found
            opened = [unit.kind.opens for unit in found if unit.kind.opens]
            assert opened == [unit.kind.closes for unit in found if unit.kind.closes]
