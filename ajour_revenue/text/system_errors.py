"""Why the system could not do something with a file or folder."""

import errno

from ajour_revenue.text.bilingual import Bilingual

IN_DANISH = {
    errno.ENOENT: "filen eller mappen findes ikke",
    errno.EACCES: "adgang nægtet",
    errno.EPERM: "det er ikke tilladt",
    errno.EISDIR: "det er en mappe",
    errno.ENOTDIR: "en del af stien er ikke en mappe",
    errno.ELOOP: "symbolske links fører i ring",
    errno.ENAMETOOLONG: "navnet er for langt",
    errno.ENOSPC: "der er ikke mere plads på disken",
    errno.EFBIG: "filen er for stor",
    errno.EROFS: "filsystemet kan kun læses",
    errno.EIO: "læse- eller skrivefejl på disken",
}


def reason_of(error: OSError) -> Bilingual:
    """Return the system's reason, which it gives in English."""
    said = str(error.strerror)
    return Bilingual(da=IN_DANISH.get(error.errno or 0, said), en=said)
