using System.Diagnostics;
using Fixity.Core;

namespace Fixity.Query.Exports.Manifests;

/// <summary>The tools that a manifest is written for.</summary>
internal enum ManifestFormat
{
    Sha256sum = 1,
    B3sum = 2,
    Md5sum = 3,
    Hashdeep = 4,
    Bagit = 5,
}

internal static class ManifestFormats
{
    /// <summary>The checksums that the tool knows.</summary>
    public static IReadOnlyList<ChecksumAlgorithm> Algorithms(this ManifestFormat format) => format switch
    {
        ManifestFormat.Sha256sum => [ChecksumAlgorithm.Sha256],
        ManifestFormat.B3sum => [ChecksumAlgorithm.Blake3],
        ManifestFormat.Md5sum => [ChecksumAlgorithm.Md5],
        ManifestFormat.Hashdeep or ManifestFormat.Bagit => [ChecksumAlgorithm.Sha256, ChecksumAlgorithm.Md5],
        _ => throw new UnreachableException($"{format}"),
    };

    public static string ContentType(this ManifestFormat format) => format switch
    {
        // Names are bytes, and only two of the formats insist on UTF-8.
        ManifestFormat.Sha256sum or ManifestFormat.Md5sum or ManifestFormat.Hashdeep => "text/plain",
        ManifestFormat.B3sum => "text/plain; charset=utf-8",
        ManifestFormat.Bagit => "application/zip",
        _ => throw new UnreachableException($"{format}"),
    };

    public static string Extension(this ManifestFormat format) => format switch
    {
        ManifestFormat.Sha256sum => "sha256",
        ManifestFormat.B3sum => "b3",
        ManifestFormat.Md5sum => "md5",
        ManifestFormat.Hashdeep => "hashdeep",
        ManifestFormat.Bagit => "bag.zip",
        _ => throw new UnreachableException($"{format}"),
    };

    /// <summary>Whether the tool reads past lines that are not checksums, so that something can be said there.</summary>
    public static bool HasComments(this ManifestFormat format) => format != ManifestFormat.B3sum;
}
