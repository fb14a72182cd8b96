"""One invented study whose instances refer to each other, to another study, and to what is not there."""

from collections.abc import Iterator
from typing import Any

from pydicom import Dataset
from pydicom import uid as classes

from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, ROOT, encode, small_mr

__all__ = ["study_files"]

_STUDY, _OTHER_STUDY = f"{ROOT}100", f"{ROOT}200"
_CT_FRAME, _MR_FRAME = f"{ROOT}11", f"{ROOT}12"
_CT, _MR, _STRUCT, _PLAN, _DOSE, _REG, _SEG, _PR = (f"{ROOT}{number}0" for number in range(31, 39))
_ABSENT = f"{ROOT}999"
_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"


def study_files() -> Iterator[tuple[str, bytes]]:
    """Names and files: images, radiotherapy, registration, segmentation, presentation state."""
    for name, dataset in _instances():
        yield name, encode(dataset, ENCODINGS["explicit"], load_tables())


def _item(**values: Any) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _to(sop_class: str, instance: str, **more: Any) -> Dataset:
    """A reference to an instance (PS3.3, table 10-11)."""
    return _item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=instance, **more)


def _instance(sop_class: str, instance: str, series: int, frame: str, **values: Any) -> Dataset:
    ds = small_mr()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, instance
    ds.StudyInstanceUID, ds.SeriesInstanceUID = _STUDY, f"{ROOT}{series}"
    ds.FrameOfReferenceUID = frame
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _instances() -> Iterator[tuple[str, Dataset]]:
    images = [f"{_CT}{number}" for number in range(3)]
    to_images = [_to(classes.CTImageStorage, image) for image in [*images, _ABSENT]]
    for number, image in enumerate(images):
        yield f"ct{number}", _instance(classes.CTImageStorage, image, 201, _CT_FRAME, Modality="CT")
    yield (
        "mr",
        _instance(
            classes.MRImageStorage,
            _MR,
            202,
            _MR_FRAME,
            ReferencedImageSequence=[_to(classes.CTImageStorage, images[0])],
            StudiesContainingOtherReferencedInstancesSequence=[
                _item(
                    StudyInstanceUID=_OTHER_STUDY,
                    ReferencedSeriesSequence=[
                        _item(SeriesInstanceUID=f"{ROOT}201", ReferencedInstanceSequence=to_images[:1])
                    ],
                )
            ],
        ),
    )
    yield "structures", _structures(to_images)
    yield (
        "plan",
        _instance(
            classes.RTPlanStorage,
            _PLAN,
            204,
            _CT_FRAME,
            Modality="RTPLAN",
            ReferencedStructureSetSequence=[_to(classes.RTStructureSetStorage, _STRUCT)],
        ),
    )
    yield (
        "dose",
        _instance(
            classes.RTDoseStorage,
            _DOSE,
            205,
            _CT_FRAME,
            Modality="RTDOSE",
            ReferencedRTPlanSequence=[_to(classes.RTPlanStorage, _PLAN)],
        ),
    )
    yield (
        "registration",
        _instance(
            classes.SpatialRegistrationStorage,
            _REG,
            206,
            _CT_FRAME,
            Modality="REG",
            RegistrationSequence=[
                _item(FrameOfReferenceUID=frame, ReferencedImageSequence=[_to(classes.MRImageStorage, image)])
                for frame, image in ((_CT_FRAME, images[0]), (_MR_FRAME, _MR), (_ABSENT, _ABSENT))
            ],
        ),
    )
    yield "segmentation", _segmentation(images)
    yield (
        "presentation",
        _instance(
            classes.GrayscaleSoftcopyPresentationStateStorage,
            _PR,
            208,
            _CT_FRAME,
            Modality="PR",
            ReferencedSeriesSequence=[
                _item(SeriesInstanceUID=f"{ROOT}201", ReferencedImageSequence=to_images),
                _item(SeriesInstanceUID=_ABSENT, ReferencedImageSequence=to_images[:1]),
            ],
        ),
    )


def _structures(to_images: list[Dataset]) -> Dataset:
    """Contours refer to slices, structures to a frame of reference, the frame to study and series."""
    series = _item(SeriesInstanceUID=f"{ROOT}201", ContourImageSequence=to_images)
    in_study = _to(_DETACHED_STUDY, _STUDY, RTReferencedSeriesSequence=[series])
    return _instance(
        classes.RTStructureSetStorage,
        _STRUCT,
        203,
        _CT_FRAME,
        Modality="RTSTRUCT",
        ReferencedFrameOfReferenceSequence=[
            _item(FrameOfReferenceUID=_CT_FRAME, RTReferencedStudySequence=[in_study])
        ],
        StructureSetROISequence=[_item(ROINumber="1", ReferencedFrameOfReferenceUID=_CT_FRAME)],
        ROIContourSequence=[
            _item(ReferencedROINumber="1", ContourSequence=[_item(ContourImageSequence=[one])])
            for one in to_images
        ],
    )


def _segmentation(images: list[str]) -> Dataset:
    """Frames derived from slices; a source that another attribute names, and one that is not there."""
    frames = [
        _item(
            DerivationImageSequence=[
                _item(SourceImageSequence=[_to(classes.CTImageStorage, image, ReferencedFrameNumber="1")])
            ]
        )
        for image in [*images, _ABSENT]
    ]
    return _instance(
        classes.SegmentationStorage,
        _SEG,
        207,
        _CT_FRAME,
        Modality="SEG",
        PerFrameFunctionalGroupsSequence=frames,
        ReferencedSeriesSequence=[
            _item(
                SeriesInstanceUID=f"{ROOT}201",
                ReferencedInstanceSequence=[_to(classes.CTImageStorage, image) for image in images],
            )
        ],
    )
