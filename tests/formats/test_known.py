"""The layouts that are known by a name: their units, and that what their files state of themselves is so."""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path

import pytest

import harness.formats
from harness.contract.content import FileLayout
from harness.formats.cells import Cells
from harness.formats.figures import Told, following, told
from harness.formats.known import KNOWN
from harness.formats.units import Step, Unit, as_found, units
from tests.formats.units.documents import SAMPLES, laid_out

BAI2 = """\
01,122099999,123456789,261123,0130,1,80,1,2/
02,123456789,122099999,1,261123,0130,USD,2/
03,0012345,USD,010,500000,,,015,-20000,,/
16,165,1000,Z,,,DEPOSIT 1/2
88,more text
16,475,2500/
49,483500,5/
03,0012346,USD,010,,,/
49,0,2/
98,483500,2,9/
02,123456789,122099999,1,261123,0130,USD,2/
03,7,USD,040,70,,/
49,70,2/
98,70,1,4/
99,483570,2,15/
"""

NACHA = "\n".join(
    [
        "101 071000013 0710000132611230130A094101NIGHT BANK             OUR COMPANY                    ",
        "5200OUR COMPANY                         1234567890PPDPAYROLL   261123261124   1071000010000001",
        "622991000015110              0000011000ID10           EMPLOYEE 10             0071000010000100",
        "705PAYMENT RELATED INFORMATION                                                     00010000100",
        "627991000015111              0000000250ID11           EMPLOYEE 11             0071000010000101",
        "637061000015112              0000000005ID12           EMPLOYEE 12             0071000010000102",
        "820000000402043000030000000002550000000110001234567890                         071000010000001",
        "9000001000001000000040204300003000000000255000000011000                                       ",
        *["9" * 94] * 2,
        "",
    ]
)

PAIN = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>M1</MsgId><NbOfTxs>3</NbOfTxs><CtrlSum>60.5</CtrlSum></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><NbOfTxs>2</NbOfTxs><CtrlSum>40.50</CtrlSum>
<CdtTrfTxInf><PmtId><EndToEndId>1</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">10.50</InstdAmt></Amt>
<Cdtr><Nm>A</Nm></Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct></CdtTrfTxInf>
<CdtTrfTxInf><Amt><EqvtAmt><Amt Ccy="USD">30</Amt><CcyOfTrf>EUR</CcyOfTrf></EqvtAmt></Amt></CdtTrfTxInf>
</PmtInf>
<PmtInf><PmtInfId>P2</PmtInfId><NbOfTxs>1</NbOfTxs><CtrlSum>20.00</CtrlSum>
<CdtTrfTxInf><Amt><InstdAmt Ccy="EUR">20</InstdAmt></Amt></CdtTrfTxInf>
</PmtInf>
</CstmrCdtTrfInitn></Document>
"""

CAMT = """\
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>
<Stmt><Id>S1</Id><TxsSummry>
<TtlNtries><NbOfNtries>3</NbOfNtries><Sum>125.00</Sum>
<TtlNetNtry><Amt>75.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>
<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>100.00</Sum></TtlCdtNtries>
<TtlDbtNtries><NbOfNtries>2</NbOfNtries><Sum>25.00</Sum></TtlDbtNtries></TxsSummry>
<Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls><Amt>9</Amt></TxDtls></NtryDtls></Ntry>
<Ntry><NtryRef>2</NtryRef><BookgDt><Dt>2026-11-23</Dt></BookgDt>
<Amt Ccy="EUR">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>
<AddtlStmtInf>end</AddtlStmtInf></Stmt>
</BkToCstmrStmt></Document>
"""

EDIFACT = (
    "UNA:+.? 'UNB+UNOC:3+S+R+261123:0130+REF1'"
    "UNH+1+ORDERS:D:96A:UN'BGM+220+O1+9'LIN+1++4:SRV'QTY+21:1'LIN+2++5:SRV'QTY+21:2'UNS+S'MOA+79:9'CNT+2:2'UNT+10+1'"
    "UNH+2+DESADV:D:96A:UN'BGM+351'CPS+1'PAC+1'LIN+1++4:SRV'CPS+2'PAC+1'LIN+1++4:SRV'CNT+2:2'UNT+10+2'"
    "UNZ+2+REF1'"
)

X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*0130*^*00501*000000001*0*P*:~\n"
    "GS*PO*S*R*20261123*0130*1*X*005010~\nST*850*0001~\nBEG*00*NE*1**20261123~\n"
    "PO1*1*10*EA*1.5~\nPID*F****A~\nPO1*2*2.5*EA*2~\nCTT*2*12.5~\nSE*7*0001~\n"
    "ST*850*0002~\nBEG*00*NE*2**20261123~\nPO1*1*1*EA*1~\nCTT*1~\nSE*5*0002~\nGE*2*1~\nIEA*1*000000001~\n"
)

MT940 = """\
{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r
:20:STARTUMS\r
:25:10020030/1234567\r
:28C:1/1\r
:60F:C261122EUR100,00\r
:61:2611231123C12,50NTRFNONREF//B1\r
further reference\r
:86:166?00CREDIT?20line one\r
?21line two\r
:61:2611231123D2,NTRFNONREF\r
:62F:C261123EUR110,50\r
:64:C261123EUR110,50\r
:86:all of it\r
-}\r
"""


def sample(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode()


FILES = {
    "nacha": [NACHA, sample("nacha.ach")],
    "bai2": [BAI2, sample("bai2.txt")],
    "edifact": [EDIFACT, sample("edifact.edi")],
    "x12": [X12],
    "camt053": [CAMT, sample("camt.xml")],
    "pain001": [PAIN],
    "mt940": [MT940],
}
CASES = [(name, text) for name, texts in FILES.items() for text in texts]
NAMES = [f"{name} {number}" for name, texts in FILES.items() for number in range(len(texts))]


def of(name: str, text: str) -> tuple[FileLayout, list[Unit]]:
    """The layout as such a file has it, and its units, which are the file."""
    file = io.BytesIO(text.encode())
    layout = as_found(file, laid_out(KNOWN[name].units))
    found = list(units(file, layout))
    assert b"".join(unit.data for unit in found) == text.encode()
    return layout, found


def stated(found: list[Unit], layout: FileLayout) -> list[Told]:
    """All figures that are there; what is optional need not be."""
    return [one for one in told(found, layout) if one.text is not None]


def test_every_known_layout_has_a_file_here() -> None:
    assert FILES.keys() == KNOWN.keys()


@pytest.mark.parametrize(("name", "text"), CASES, ids=NAMES)
def test_what_a_file_states_of_itself_is_so(name: str, text: str) -> None:
    layout, found = of(name, text)
    figures = stated(found, layout)
    assert [one.stated.name for one in figures if not one.agrees] == []
    assert len(figures) >= {"mt940": 0, "camt053": 2, "x12": 7}.get(name, 3)


@pytest.mark.parametrize("name", sorted(KNOWN.keys() - {"mt940"}))
def test_every_figure_of_a_layout_is_in_a_file_here(name: str) -> None:
    seen = {
        one.stated.name for text in FILES[name] for layout, found in [of(name, text)] for one in stated(found, layout)
    }
    missing = {one.name for one in (KNOWN[name].units.stated)} - seen
    assert missing == ({"messages of the group"} if name == "edifact" else set())


@pytest.mark.parametrize(("name", "text"), CASES, ids=NAMES)
def test_every_figure_follows_when_a_record_is_gone_and_when_one_comes_twice(name: str, text: str) -> None:
    layout, found = of(name, text)
    places = [at for at, unit in enumerate(found) if unit.is_record]
    kept = [Step(unit, unit) for unit in found]
    for place in places:
        for steps, count in (
            ([*kept[:place], Step(found[place], None), *kept[place + 1 :]], len(places) - 1),
            ([*kept[: place + 1], Step(None, found[place]), *kept[place + 1 :]], len(places) + 1),
        ):
            after = list(following(partial(iter, steps), layout))
            assert [one.stated.name for one in stated(after, layout) if not one.agrees] == []
            assert sum(unit.is_record for unit in after) == count


@pytest.mark.parametrize(("name", "text"), CASES, ids=NAMES)
def test_every_column_of_a_layout_is_in_a_record(name: str, text: str) -> None:
    layout, found = of(name, text)
    cells = Cells(layout)
    for column in KNOWN[name].columns:
        values = [cells.text(unit, column.cell) for unit in found if unit.is_record]
        assert any(value is not None for value in values), column.name
        if column.type in ("decimal", "integer"):
            assert any(cells.number(unit, column.cell) for unit in found if unit.is_record)


def test_an_addendum_belongs_to_its_entry() -> None:
    _, found = of("nacha", NACHA)
    assert [unit.lines for unit in found if unit.is_record] == [2, 1, 1]
    assert [unit.kind.role for unit in found[-2:]] == ["filling", "filling"]


def test_an_entry_hash_keeps_ten_digits() -> None:
    entry = "622999999995110              0000000001ID              NAME                    0071000010000100\n"
    batch = "5200OUR COMPANY                         1234567890PPDPAYROLL   261123261124   1071000010000001\n"
    total = 99999999 * 110
    assert total >= 10**10
    control = f"8200000110{total % 10**10:010}{0:012}{110:012}1234567890                         071000010000001\n"
    layout, found = of("nacha", batch + entry * 110 + control)
    assert [one.agrees for one in stated(found, layout)] == [True] * 4


def test_a_continuation_of_an_account_is_a_header() -> None:
    _, found = of("bai2", BAI2.replace("03,0012345,USD,010,500000,,,015,-20000,,/", "03,0012345,USD/\n88,010,1,,/"))
    assert found[3].kind.role == "header"
    assert [unit.lines for unit in found if unit.is_record] == [2, 1]


def test_a_statement_line_has_its_details_and_its_information() -> None:
    _, found = of("mt940", MT940)
    assert [(unit.kind.role, unit.lines) for unit in found] == [
        *[("header", 1)] * 5,
        *[("record", 4), ("record", 1)],
        *[("trailer", 1), ("trailer", 1), ("header", 1), ("trailer", 1)],
    ]
    assert found[5].data.endswith(b"?21line two\r\n")
    assert [unit.kind.opens or unit.kind.closes for unit in found] == [
        *(None, "statement", None, None, None, None, None, "statement", None, None, None),
    ]


def test_details_behind_the_section_of_line_items_are_no_part_of_one() -> None:
    _, found = of("edifact", EDIFACT)
    assert [unit.data for unit in found if unit.is_record] == [
        *(b"LIN+1++4:SRV'QTY+21:1'", b"LIN+2++5:SRV'QTY+21:2'", b"LIN+1++4:SRV'", b"LIN+1++4:SRV'"),
    ]
    assert [unit.kind.role for unit in found if unit.data.startswith((b"MOA", b"PAC", b"CPS"))] == ["header"] * 5


def test_the_readme_has_every_known_layout_with_its_groups() -> None:
    readme = (Path(harness.formats.__file__).parent / "README.md").read_text()
    section = readme.partition("### Known layouts")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|", section, re.MULTILINE))
    assert rows.keys() == KNOWN.keys()
    for name, groups in rows.items():
        assert set(re.findall(r"`([\w ]+)`", groups)) == {kind.opens for kind in KNOWN[name].units.kinds if kind.opens}
