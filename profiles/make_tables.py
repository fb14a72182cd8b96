"""Rebuild the tables beside this file from the reference tables, pydicom and highdicom.

Run by maintainers when the standard's edition or pydicom changes::

    python profiles/make_tables.py ../shared/reference

A change of a table changes outputs: read the diff.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._private_dict import private_dictionaries
from pydicom._uid_dict import UID_dictionary
from pydicom.fileset import _FOUR_LEVEL_SOP_CLASSES, _SINGLE_LEVEL_SOP_CLASSES
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from bme_med.dicom.folding import fold

HERE = Path(__file__).parent
NOTE = "# Derived from the DICOM Standard, (c) NEMA. PS3.15 edition 2026d.\n"
COPIED = {
    "table_e1_1.csv": "ps315_e1_1.csv",
    "cid7050.csv": "cid7050.csv",
    "sop_class_iod.csv": "sop_class_iod.csv",
    "dummy_values.csv": "dummy_values.csv",
    "pixel_risk.csv": "pixel_risk.csv",
    "safe_private.csv": "safe_private.csv",
}
ALSO_IDENTIFYING = {
    "person": "NameToUse HangingProtocolCreator CameraOwnerName ContactDisplayName TopicAuthor "
    "PersonIdentificationCodeSequence VerifyingObserverIdentificationCodeSequence "
    "ContentCreatorIdentificationCodeSequence HangingProtocolUserIdentificationCodeSequence "
    "DocumentAuthorIdentifierCodeSequenceTrial",
    "place": "AddressTrial DistributionAddress HumanPerformerOrganization InstitutionCodeSequence "
    "IssuerOfAdmissionID IssuerOfPatientID IssuerOfServiceEpisodeID LocalNamespaceEntityID "
    "ClinicalTrialSiteName ClinicalTrialCoordinatingCenterName "
    "ClinicalTrialProtocolEthicsCommitteeName InterpretationIDIssuer ResultsIDIssuer "
    "StudyIDIssuer RequestedProcedureLocation ScheduledProcedureStepLocation "
    "ScheduledStudyLocation ScheduledPatientInstitutionResidence "
    "ScheduledStationGeographicLocationCodeSequence "
    "PerformedStationGeographicLocationCodeSequence CountryOfResidence RegionOfResidence "
    "DocumentingOrganizationIdentifierCodeSequenceTrial SourceOfPreviousValues",
    "phone": "TelephoneNumberTrial OrderCallbackPhoneNumber",
    "id": "SpecimenAccessionNumber SlideIdentifier LensSerialNumber DeviceAlternateIdentifier "
    "DeviceLabel ManufacturerDeviceIdentifier TreatmentMachineName RadiationMachineName "
    "ResultsID InterpretationID OwnerID StorageMediaFileSetID HL7InstanceIdentifier "
    "UniversalEntityID StrainStockNumber BreedRegistrationNumber PlacerOrderNumberProcedure "
    "FillerOrderNumberProcedure PlacerOrderNumberImagingServiceRequestRetired "
    "FillerOrderNumberImagingServiceRequestRetired SubstanceAdministrationDeviceID "
    "ContainerComponentID ComponentWelderIDs AuthorizationEquipmentCertificationNumber "
    "BoardingPassID ItineraryID ScheduledStationNameCodeSequence "
    "PerformedStationNameCodeSequence ModifyingSystem PatientInsurancePlanCodeSequence "
    "ClinicalTrialSiteID",
}
NOT_IDENTIFYING = {"TimezoneOffsetFromUTC", "PatientComments", "ServiceEpisodeDescription"}
"""The same for a whole country, or free text."""
GOING_VRS = {"DA", "DT", "TM", "PN", "AE", "UR"}
"""Value representations whose unlisted attributes go, so that the engine must know their Type."""
FORGOTTEN_CONCEPTS = {
    "121040": ("Specimen Accession Number", ""),
    "121043": ("Slide Identifier", ""),
    "121148": ("Unit Serial Identifier", "K"),
    "121149": ("Lot Identifier", ""),
    "122143": ("Acquisition Device ID", "K"),
}
"""DCM concepts that identify and that Table E.3.4-1 lacks: meaning, action under Retain Device Identity."""
_CLEANED, _LABEL = "X (C under Clean Descriptors)", "C"
FORGOTTEN_GAPS = {
    "CodingSchemeResponsibleOrganization": (
        "organisation", "X", "organisation behind a coding scheme; of a local scheme the hospital"
    ),
    "ComponentWelderIDs": ("identifier", "X", "IDs of the people who welded a component"),
    "CalculationComment": ("free_text", _CLEANED, "comment of whoever calculated a lens"),
    "FrameOfInterestDescription": ("free_text", _CLEANED, "typed beside a key frame"),
    "MaskOperationExplanation": ("free_text", _CLEANED, "explanation of a mask, typed"),
    "TestResultComment": ("free_text", _CLEANED, "comment of whoever tested a display"),
    "RequestedProcedureDescriptionTrial": (
        "free_text", _CLEANED, "retired twin of (0032,1060), which is in the table"
    ),
    "UniformResourceLocatorTrial": ("uri", "X", "retired locator in a text VR"),
    "CompletionFlagDescription": ("free_text", _CLEANED, "why a report is not complete, typed"),
    "SubstanceAdministrationNotes": ("free_text", _CLEANED, "notes beside an administration"),
    "ContentLabel": (
        "free_text", _LABEL, "CS, but typed by people; Type 1 where it stands: clean, else a legal dummy"
    ),
    "GraphicGroupLabel": ("free_text", _LABEL, "typed; Type 1 in its module: clean, else a legal dummy"),
    "TickLabel": ("free_text", _LABEL, "text at a tick; Type 1C in its module: clean, else a legal dummy"),
    "RecordKey": ("binary", "X", "key of a record in some archive, opaque"),
    "PriorRecordKey": ("binary", "X", "key of a record in some archive, opaque"),
    "DarkCurrentCounts": ("binary", "X", "calibration of one detector, which it tells from all others"),
    "AirCounts": ("binary", "X", "calibration of one detector, which it tells from all others"),
    "BadPixelImage": ("binary", "X", "faults of one detector, which they tell from all others"),
    "DetectorCalibrationData": ("binary", "X", "calibration of one detector, opaque"),
    "ObjectBinaryIdentifierTrial": ("binary", "X", "retired identifier, opaque"),
    "ObjectDirectoryBinaryIdentifierTrial": ("binary", "X", "retired identifier, opaque"),
    "HPGLDocument": ("binary", "X", "a document in HPGL, with texts; nothing cleans it"),
    **dict.fromkeys(
        ("SelectorOFValue", "SelectorOWValue", "SelectorODValue", "SelectorOLValue", "SelectorOVValue"),
        ("binary", "X", "holds any bytes, as (0072,0065) does, which is in the table"),
    ),
    "Signature": ("binary", "X", "a signature that no longer verifies, and names who signed"),
    **dict.fromkeys(
        ("CoefficientsSDVN", "CoefficientsSDHN", "CoefficientsSDDN"),
        ("binary", "X", "a retired picture beside Pixel Data, which nothing describes"),
    ),
    "HangingProtocolCreator": ("person_name", "X", "person who made a hanging protocol, in a text VR"),
    "HangingProtocolUserGroupName": ("organisation", "X", "department or group that hangs like this"),
    "ProcedureStepProgressDescription": ("free_text", _CLEANED, "how a procedure step is going, typed"),
    "ReasonForCancellation": ("free_text", _CLEANED, "why a procedure step was cancelled, typed"),
    "AssessmentSummaryDescription": ("free_text", _CLEANED, "summary of an assessor"),
    "ObservationDescription": ("free_text", _CLEANED, "observation of an assessor, of any length"),
    "SOPAuthorizationComment": ("free_text", _CLEANED, "comment of whoever authorised an instance"),
    "AuthorizationEquipmentCertificationNumber": (
        "identifier", "X", "certificate of the machine that authorised an instance"
    ),
    "FilmSessionLabel": ("free_text", _CLEANED, "label that people give a film session"),
    "PrinterName": ("identifier", "X", "name that people give a printer; often that of a ward or a host"),
    "TreatmentTerminationDescription": ("free_text", _CLEANED, "why a treatment ended early, typed"),
}  # fmt: skip
"""Attributes that the reference leaves out too: category, action, why."""
SHIPPED_LICENCES = {"MIT", "Apache-2.0"}
REGIONS_NOTE = (
    "# Where devices burn text: rules published by deid and pycassodicom (MIT), SMI dicompixelanon and\n"
    "# dicom-dre (Apache-2.0). Conditions are joined by &; boxes are left, top, width, height.\n"
)
MEANT = {
    "Manfacturer": "Manufacturer",
    "Manufacture~": "Manufacturer~",
    "SOPClassUID contains ": "SOPClassUID~",
    "AW electronic field": "AW electronic film",
    "=VITREA": "~VITREA",
    "DERIVED+SECONDARY+SCREEN SAVE": "DERIVED\\SECONDARY\\SCREEN SAVE",
    "sop_class_uid:/^(?!1.2.840.10008.5.1.4.1.1.7$)/": "SOPClassUID:!=1.2.840.10008.5.1.4.1.1.7",
    "pixel_spacing:/^.+$/": "PixelSpacing:*",
    "image_type_exclude:": "ImageType:!",
    " present": "*",
}
"""What the published rules say, and what they mean."""
DEVICE = {
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "modality": "Modality",
    "rows": "Rows",
    "columns": "Columns",
}
MEANT_DEVICE = {"/(?i)^ACUSON$/": "=ACUSON", "~CXD1": "~CXDI", "~PET/CT": "", "~MRI": "", "~Other": ""}
"""No instance has these modalities; the other conditions are enough."""
UNASKED = ("ImplementationVersionName", "OverlayDescription", "CodeMeaning", "code_meaning")
"""Rules that ask for these are left out: they stand outside the dataset or in repeating groups, and the dose
phantom whose code's meaning is asked for is named in plain CT slices too.
"""
ALWAYS_DUMMY = {"URNCodeValue"}
"""Type 1C in every code sequence there is: the engine gives a dummy without asking for the IOD."""


def main(reference: Path) -> None:
    """Write every table."""
    for source, target in COPIED.items():
        (HERE / target).write_text(NOTE + (reference / source).read_text(encoding="utf-8"), encoding="utf-8")
    write_gaps(reference)
    write_dictionary(reference)
    write_private_dictionary()
    write_rows("uids.csv", ["uid"], ([uid] for uid in sorted(UID_dictionary)))
    write_codes()
    write_content_concepts(reference)
    write_words()
    write_identifying(reference)
    write_iod_types(reference)
    write_directory_records()
    write_pixel_regions(reference)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_rows(name: str, header: list[str], rows: Iterable[Iterable[str]]) -> None:
    """Write one CSV table with the note on top."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        file.write(NOTE)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def dictionary_rows(reference: Path) -> dict[str, tuple[str, str, str]]:
    """``GGGGEEEE`` (repeating digits as x) to VR, keyword and Value Multiplicity."""
    rows = {f"{tag:08X}": (entry[0], entry[4], entry[1]) for tag, entry in DicomDictionary.items()}
    rows.update({mask.replace("X", "x"): (e[0], e[4], e[1]) for mask, e in RepeatersDictionary.items()})
    for row in read_rows(reference / "dict_additions.csv"):
        tag = row["tag"].strip("()").replace(",", "")
        rows.setdefault(tag, (row["vr"], row["keyword"], row["vm"]))
    return rows


def gap_rows(reference: Path) -> list[dict[str, str]]:
    """Attributes that Table E.1-1 leaves out, in the order of their tags."""
    rows = read_rows(reference / "table_e1_1_gaps.csv")
    for tag, entry in DicomDictionary.items():
        if entry[4] in FORGOTTEN_GAPS:
            number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            values = (number, entry[4], entry[2], entry[0], "Y" if entry[3] else "N")
            rows.append(dict(zip(rows[0], (*values, *FORGOTTEN_GAPS[entry[4]]), strict=True)))
    return sorted(rows, key=lambda row: row["tag"])


def write_gaps(reference: Path) -> None:
    """What to do with each of them, and why."""
    rows = gap_rows(reference)
    write_rows("ps315_gaps.csv", list(rows[0]), (row.values() for row in rows))


def write_dictionary(reference: Path) -> None:
    """All standard attributes: tag, VR, VM and keyword, in a form that loads in milliseconds."""
    rows = dictionary_rows(reference)
    lines = (f"{tag}\t{vr}\t{vm}\t{keyword}\n" for tag, (vr, keyword, vm) in sorted(rows.items()))
    (HERE / "dictionary.tsv").write_text(NOTE + "".join(lines), encoding="utf-8")


def write_private_dictionary() -> None:
    """VR of known private attributes, by creator and ``GGGGxxEE``."""
    lines = (
        f"{creator}\t{mask}\t{entry[0]}\n"
        for creator, entries in sorted(private_dictionaries.items())
        for mask, entry in sorted(entries.items())
        if "\t" not in creator
    )
    (HERE / "private_dictionary.tsv").write_text(NOTE + "".join(lines), encoding="utf-8")


def write_codes() -> None:
    """Coded concepts of the standard's context groups: scheme, code value, meaning."""
    rows = {
        (scheme, value, entry[0])
        for scheme, keywords in cast("dict[str, dict[str, dict[str, Any]]]", concepts).items()
        for codes in keywords.values()
        for value, entry in codes.items()
    }
    retired = mapping["SCT"]
    rows |= {
        ("SRT", retired[code], text) for scheme, code, text in rows if scheme == "SCT" and code in retired
    }
    lines = ("\t".join(row) + "\n" for row in sorted(rows))
    (HERE / "codes.tsv").write_text(NOTE + "".join(lines), encoding="utf-8")


def write_directory_records() -> None:
    """Which directory record refers to an instance of a SOP Class, where it is not IMAGE (PS3.3, F.4)."""
    types = {**_SINGLE_LEVEL_SOP_CLASSES, **_FOUR_LEVEL_SOP_CLASSES}
    rows = sorted((str(uid), type_) for uid, type_ in types.items())
    write_rows("directory_records.csv", ["sop_class_uid", "record_type"], rows)


def write_content_concepts(reference: Path) -> None:
    """Table E.3.4-1, its SNOMED CT rows again under the retired SRT codes, and what it leaves out."""
    rows = read_rows(reference / "table_e3_4_1.csv")
    retired = mapping["SCT"]
    old = [
        {**row, "scheme": "SRT", "code_value": retired[row["code_value"]], "retired": "Y"}
        for row in rows
        if row["scheme"] == "SCT" and row["code_value"] in retired
    ]
    more = [
        dict.fromkeys(rows[0], "")
        | {"scheme": "DCM", "code_value": code, "code_meaning": meaning, "value_type": "TEXT"}
        | {"retired": "N", "in_std_template": "N", "basic": "D", "rtn_dev_id": device}
        for code, (meaning, device) in FORGOTTEN_CONCEPTS.items()
    ]
    write_rows("content_concepts.csv", list(rows[0]), (row.values() for row in [*rows, *old, *more]))


def write_words() -> None:
    """Words of the standard that identify no one, folded: of keywords, of coded concepts in lower case."""
    keywords = " ".join(line.rpartition("\t")[2] for line in lines("dictionary.tsv"))
    words = {part.lower() for part in re.findall(r"[A-Z][a-z]+", keywords)}
    for line in lines("codes.tsv"):
        meaning = line.rpartition("\t")[2]
        words.update(re.findall(r"\b[a-z]{2,}\b", meaning.lower() if line.startswith("DCM\t") else meaning))
    names = " ".join(line[1:] for line in lines("name_words.txt") if line.startswith("-"))
    words.difference_update(names.split())
    folded = {fold(word).text for word in words if word.isalpha()}
    (HERE / "words.txt").write_text(NOTE + "\n".join(sorted(folded)) + "\n", encoding="utf-8")


def lines(name: str) -> list[str]:
    """The lines of a table of ours that are no notes."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def write_identifying(reference: Path) -> None:
    """Attributes whose values are looked for in every text that stays, and what they say of a person.

    PN, AE, DA and DT identify by their VR and are not listed. Of a sequence, its codes identify.
    """
    keywords = {
        row["keyword_or_name"]
        for row in read_rows(reference / "safe_harbor_map.csv")
        if row["standard"] == "DICOM"
        and row["vr"] in {"LO", "SH", "ST", "LT", "UT", "UC"}
        and "free text" not in row["note"]
        and row["tag_or_property"].startswith("(")
    }
    keywords |= {
        keyword for words in ALSO_IDENTIFYING.values() for keyword in words.split()
    } - NOT_IDENTIFYING
    rows = []
    for tag, (vr, keyword, _) in sorted(dictionary_rows(reference).items()):
        if keyword in keywords - NOT_IDENTIFYING:
            rows.append([f"({tag[:4]},{tag[4:]})", keyword, vr, kind_of(keyword)])
    write_rows("identifying.csv", ["tag", "keyword", "vr", "kind"], rows)


def kind_of(keyword: str) -> str:
    """What the value of an identifying attribute says: a `Kind` of the engine."""
    for kind, keywords in ALSO_IDENTIFYING.items():
        if keyword in keywords.split():
            return kind
    if "Telephone" in keyword or "Telecom" in keyword or "PhoneNumber" in keyword:
        return "phone"
    if "AlternativeCalendar" in keyword:
        return "date"
    is_place = re.search("Institution|Address|Location|Department|Residence|Organization|Service$", keyword)
    return "place" if is_place and keyword != "NTPSourceAddress" else "id"


def write_iod_types(reference: Path) -> None:
    """Strictest Type by IOD of attributes whose removal could break the IOD.

    The reference rows (conditional actions), the conflicts of plain X and Z, and, from highdicom's copy of
    the IODs, the unlisted attributes that go by their VR.
    """
    compact = json.loads((reference / "iod_types_compact.json").read_text(encoding="utf-8"))
    iods: list[str] = compact["iods"]
    types: dict[tuple[str, str], dict[str, int]] = {}
    for path, keyword, type_, mask in compact["rows"]:
        names = [name for bit, name in enumerate(iods) if int(mask, 16) >> bit & 1]
        for name in names:
            merge(types, path, keyword, name, type_)
    for row in read_rows(reference / "iod_conflicts.csv"):
        if row["keyword"] != "OverlayData":
            merge(types, row["path_of_sequence_keywords"], row["keyword"], row["iod"], int(row["type"][0]))
    for path, keyword, name, type_ in unlisted_types(reference):
        merge(types, path, keyword, name, type_)
    known = sorted(iods)
    rows: dict[tuple[str, str, int], int] = {}
    for (path, keyword), by_iod in types.items():
        for name, type_ in by_iod.items():
            key = (path, keyword, type_)
            rows[key] = rows.get(key, 0) | 1 << known.index(name)
    lines = ",\n".join(json.dumps([*key, f"{mask:x}"]) for key, mask in sorted(rows.items()))
    (HERE / "ps315_iod_types.json").write_text(
        f'{{"note": {json.dumps(NOTE[2:-1])},\n"iods": {json.dumps(known)},\n"rows": [\n{lines}\n]}}\n',
        encoding="utf-8",
    )


def write_pixel_regions(reference: Path) -> None:
    """Rules for devices that burn text into pixels, of those licences that let us ship them."""
    rows = []
    for row in read_rows(reference / "pixel_regions.csv"):
        is_ours = row["licence"] in SHIPPED_LICENCES and row["box_mode"] == "blank"
        if is_ours and not row["other"].startswith(UNASKED):
            boxes = row["boxes"].replace(",-1,", ",0,")
            head = [row["source"], row["licence"], row["name"].partition("#")[0].strip()]
            rows += [[*head, match, boxes] for match in region_matches(row)]
    path = HERE / "pixel_regions.csv"
    write_rows(path.name, ["source", "licence", "name", "match", "boxes"], rows)
    path.write_text(path.read_text(encoding="utf-8").replace(NOTE, REGIONS_NOTE), encoding="utf-8")


def region_matches(row: dict[str, str]) -> Iterable[str]:
    """The conditions of a rule, each in our notation; where it says OR, one by one."""
    is_model = row["manufacturer"] == "~EPIQ"
    device = {**row, "manufacturer": "", "model": "~EPIQ"} if is_model else row
    if device["rows"] == "786":
        device = {**device, "rows": "768"}
    words = {column: MEANT_DEVICE.get(device[column], device[column]) for column in DEVICE}
    fixed = [f"{name} {equals(words[column])}" for column, name in DEVICE.items() if words[column]]
    other = row["other"]
    for said, meant in MEANT.items():
        other = other.replace(said, meant)
    for choice in other.split(" OR "):
        yield " & ".join((*fixed, *(map(condition, choice.split(" & ")) if choice else ())))


def equals(wanted: str) -> str:
    """`wanted` with an operator in front: numbers stand there without."""
    return f"={wanted}" if wanted[:1].isdigit() else wanted


def condition(text: str) -> str:
    """One condition on another attribute: keyword or bare tag, and what it has to be."""
    name, no, operator, wanted = re.findall(r"^(?:0x)?(\w+):?(!?)([~^=*])(.*)$", text)[0]
    keyword = "".join(part.capitalize() for part in name.split("_")) if "_" in name else name
    keyword = keyword.replace("SopClassUid", "SOPClassUID")
    alternatives = (part if part[:1] in tuple("~^=") else operator + part for part in wanted.split("|"))
    return f"{keyword} {no}{'|'.join(alternatives)}"


def merge(
    types: dict[tuple[str, str], dict[str, int]], path: str, keyword: str, iod: str, type_: int
) -> None:
    """Keep the strictest Type."""
    by_iod = types.setdefault((path, keyword), {})
    by_iod[iod] = min(type_, by_iod.get(iod, 3))


def unlisted_types(reference: Path) -> Iterable[tuple[str, str, str, int]]:
    """``(path, keyword, IOD, Type)`` of Type 1 and 2 attributes outside Table E.1-1 whose VR goes."""
    tables = files("highdicom") / "_standard"
    attributes: dict[str, list[dict[str, Any]]] = json.loads(
        (tables / "module_attribute_map.json").read_text()
    )
    modules: dict[str, list[dict[str, Any]]] = json.loads((tables / "iod_module_map.json").read_text())
    listed = {row["keyword"] for row in read_rows(reference / "table_e1_1.csv")} | ALWAYS_DUMMY
    gaps = {row["keyword"] for row in gap_rows(reference)}
    vrs = {keyword: vr for vr, keyword, _ in dictionary_rows(reference).values()}
    known = {row["iod"] for row in read_rows(reference / "sop_class_iod.csv")}
    for iod, parts in modules.items():
        for part in parts if iod in known else []:
            for attribute in attributes.get(part["key"], []):
                keyword = attribute["keyword"]
                if keyword in listed or not (keyword in gaps or vrs.get(keyword) in GOING_VRS):
                    continue
                if attribute["type"][0] in "12":
                    yield ".".join(attribute["path"]), keyword, iod, int(attribute["type"][0])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
