"""bme-med de-identifies DICOM files and clinic photos on the machine where they lie."""

__all__ = ["__version__"]

__version__ = "0.1.0"
