"""Forty-odd files that no importer should survive reading carelessly: made here, each for one
reason.
"""

import io
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
    'Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = (
    "<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="rId1" Type="{}" '
    'Target="{}"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Fiches" sheetId="1" '
    'r:id="rId1"/></sheets></workbook>'
)
_STRINGS = (
    "<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    f'Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship '
    f'Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" '
    't="inlineStr"><is><t>title</t></is></c></row>'
)


def xlsx(rows: str, *, before: str = "", strings: str = "", level: int = 9) -> bytes:
    """A workbook whose only sheet holds these rows of XML, after what stands `before` them."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATION.format(f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _STRINGS
        if strings
        else _RELATION.format(f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
        SHEET: f'<?xml version="1.0"?>{before}<worksheet '
        f'xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return zipped({**parts, **({"xl/sharedStrings.xml": strings} if strings else {})}, level)


def zipped(parts: dict[str, str], level: int = 9) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _cell(place: str, text: str = "x") -> str:
    return f'<row><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def _ods(rows: str) -> bytes:
    spaces = (
        "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
        "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "
        "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table "
        f"table:name='F'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {"mimetype": kind, "META-INF/manifest.xml": "<manifest/>", "content.xml": content}
    )


def _ods_cell(repeated: int, text: str = "x") -> str:
    attributes = f"table:number-columns-repeated='{repeated}' office:value-type='string'"
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def _ods_row(repeated: int, cells: str) -> str:
    return f"<table:table-row table:number-rows-repeated='{repeated}'>{cells}</table:table-row>"


def _lying(data: bytes, part: str, size: int = 10) -> bytes:
    """The archive, of which one part says that it unfolds to `size` bytes."""
    lie, name = bytearray(data), part.encode()
    for mark, place, of_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = -1
        while (start := lie.find(mark, start + 1)) >= 0:
            if lie[start + of_name : start + of_name + len(name)] == name:
                lie[start + place : start + place + 4] = struct.pack("<I", size)
    return bytes(lie)


def _laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>'


def _xls(body: bytes) -> bytes:
    """The head of the old format of Excel, then what it never holds."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 16
    return (head + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 10 + body).ljust(
        4096, b"\xff"
    )


def _shared(text: str, cells: int) -> bytes:
    strings = f'<sst xmlns="{_MAIN}"><si><t>id</t></si><si><t>{text}</t></si></sst>'
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(2, cells + 2)
    )
    return xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + rows, strings=strings)


# What is made, by name and extension. Each is refused, whole or row by row: nothing of it is a
# sheet of the base.
WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "far-corner.xlsx": lambda: xlsx(HEADER + _cell("XFD1048576")),
    "far-corner-alone.xlsx": lambda: xlsx(_cell("XFD1048576")),
    "beyond-any-sheet.xlsx": lambda: xlsx(HEADER + _cell("ZZZZZZZ99999999999")),
    "no-letter.xlsx": lambda: xlsx(HEADER + _cell("99999999999999999999")),
    "row-zero.xlsx": lambda: xlsx(HEADER + _cell("A0")),
    "backwards.xlsx": lambda: xlsx(_cell("B9") + _cell("A1") + _cell("XFD1")),
    "wide.xlsx": lambda: xlsx(
        "<row>"
        + "".join('<c t="inlineStr"><is><t>x</t></is></c>' for _ in range(16_384))
        + "</row>"
    ),
    "many-rows.xlsx": lambda: xlsx(HEADER + "<row><c><v>1</v></c></row>" * 250_000),
    "bomb.xlsx": lambda: xlsx(HEADER + "<row/>" * 20_000_000),
    "lying-bomb.xlsx": lambda: _lying(xlsx(HEADER + "<row/>" * 20_000_000), SHEET),
    "cells-bomb.xlsx": lambda: xlsx(HEADER + "<row>" + "<c><v>1</v></c>" * 6_000_000 + "</row>"),
    "long-string.xlsx": lambda: xlsx(HEADER + _cell("A2", "x" * 90_000_000)),
    "strings-bomb.xlsx": lambda: _shared("x" * 110_000_000, 1),
    "one-string-everywhere.xlsx": lambda: _shared("x" * 1_000_000, 5_000),
    "shared-string-out-of-reach.xlsx": lambda: xlsx('<row><c t="s"><v>99999999999</v></c></row>'),
    "billion-laughs.xlsx": lambda: xlsx(_cell("A1", "&l9;"), before=_laughs()),
    "external-entity.xlsx": lambda: xlsx(
        _cell("A1", "&e;"), before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    ),
    "deep.xlsx": lambda: xlsx("<row>" * 500_000 + "</row>" * 500_000),
    "unclosed.xlsx": lambda: xlsx("<row><c><is><t>x"),
    "attributes.xlsx": lambda: xlsx("<row " + "".join(f'a{n}="x" ' for n in range(200_000)) + "/>"),
    "many-parts.xlsx": lambda: zipped({f"p{n}.xml": "" for n in range(20_000)}),
    "same-part.xlsx": lambda: xlsx(HEADER).replace(b"xl/workbook.xml", b"xl/worksheets/s"),
    "climbing.xlsx": lambda: zipped({"../../xl/workbook.xml": _BOOK, "/etc/passwd": "x"}),
    "cut.xlsx": lambda: xlsx(HEADER + _cell("A2"))[:-60],
    "head-only.xlsx": lambda: b"PK\x03\x04" + b"\x00" * 100,
    "rows-repeated.ods": lambda: _ods(_ods_row(1_048_576, _ods_cell(1_024))),
    "columns-repeated.ods": lambda: _ods(_ods_row(1, _ods_cell(2_000_000_000))),
    "all-repeated.ods": lambda: _ods(_ods_row(4_294_967_295, _ods_cell(4_294_967_295))),
    "ods-named.xlsx": lambda: _ods(_ods_row(1_048_576, _ods_cell(16_384))),
    "negative.ods": lambda: _ods(_ods_row(-1, _ods_cell(-1))),
    "loop.xls": lambda: _xls(struct.pack("<I", 0) * 900),
    "huge-sector.xls": lambda: _xls(b"\xff\xff\xff\x7f" * 900),
    "xls-named.xlsx": lambda: _xls(b"\x01" * 3_600),
    "noise.xlsb": lambda: zipped(
        {"xl/workbook.bin": "\x01" * 4_000, "[Content_Types].xml": _TYPES}
    ),
}
TEXTS: dict[str, Callable[[], bytes]] = {
    "one-line.csv": lambda: b"x" * 39_000_000,
    "one-line-of-cells.csv": lambda: b"x," * 19_000_000,
    "one-line-of-quotes.csv": lambda: b'"' * 39_000_000,
    "quoted-lines.csv": lambda: b"id,title\n" + b'"a\n",' * 7_000_000,
    "open-quote.csv": lambda: b'id,title\na,"' + b"un mot\n" * 5_000_000,
    "cell-of-12-mb.csv": lambda: b"id,title\na," + b"x" * 12_000_000 + b"\n",
    "zeros.csv": lambda: b"\x00" * 39_000_000,
    "a-zero.csv": lambda: b"id,title\na,Un\nb,De\x00ux\n",
    "millions-of-rows.csv": lambda: b"id\n" + b"x\n" * 15_000_000,
    "every-row-wrong.csv": lambda: (
        b"id,title,echelon,date\n"
        + b"".join(b"a b%d,x,?%d,hier%d\n" % (n, n, n) for n in range(190_000))
    ),
    "columns.csv": lambda: b",".join(b"c%d" % n for n in range(100_000)) + b"\n",
    "wide-signs.csv": lambda: b"id,title\n" + "😀".encode() * 9_000_000,
    "far-sign.csv": lambda: ("x" * 35_000_000 + "😀").encode(),
    "long-values.csv": lambda: b"id,title,echelon\n" + b"a,b," + b"regiona" * 14_000 + b"\n",
    "colons.csv": lambda: b"id,title,partners\n" + b"a,b," + b":" * 90_000 + b"\n",
    "utf-16-half.csv": lambda: b"\xff\xfe" + b"\x00\xd8" * 15_000_000,
    "deep.jsonl": lambda: b"[" * 30_000_000,
    "lists.jsonl": lambda: b'{"id": [' + b"[]," * 12_000_000 + b"[]]}",
    "long-number.jsonl": lambda: b'{"id": ' + b"9" * 1_900_000 + b"}",
    "keys.jsonl": lambda: json.dumps({f"k{n}": 1 for n in range(100_000)}).encode(),
    "new-keys.jsonl": lambda: b"".join(b'{"k%d": 1}\n' % n for n in range(190_000)),
    "wide-new-keys.jsonl": lambda: b"".join(
        b"{%s}\n" % b",".join(b'"cl\xc3\xa9 %d": 1' % key for key in range(n * 490, n * 490 + 490))
        for n in range(1_500)
    ),
    "utf-32.csv": lambda: "id;title\na;Un\n".encode("utf-32"),
    "utf-32.jsonl": lambda: b"\x00\x00\xfe\xff" + '{"id": "a"}\n'.encode("utf-32-be"),
    "huge-numbers.jsonl": lambda: b"".join(
        b'{"id": "a%d", "commune": %d, "date": %d}\n' % (n, 10**300, 10**300) for n in range(9)
    ),
    "halves.jsonl": lambda: b'{"id": "\\ud800", "title": "\\udfff"}\n',
}
FILES = {**WORKBOOKS, **TEXTS}


if __name__ == "__main__":
    # Made by a process of its own for whoever measures memory: what makes a file holds it whole.
    Path(sys.argv[1]).write_bytes(FILES[Path(sys.argv[1]).name]())
