namespace Fixity.Hashing;

/// <summary>The shape of group digests: four bytes for every 64 KiB of a file, by which damage in it is located.</summary>
/// <remarks>
/// A group is an aligned subtree of 64 chunks of BLAKE3's tree, so its value comes out of the pass that hashes the file.
/// The first four bytes of it are kept, group after group: 1/16384 of the file. Four are enough, because the checksum
/// of the whole file decides whether there is damage; they only say where, and miss a damaged group once in 2^32. A
/// file of up to one group has no digests.
/// </remarks>
public static class HashGroups
{
    public const int GroupBytes = 64 * 1024;

    public const int DigestBytes = 4;

    /// <summary>Bytes of all the digests of a file.</summary>
    public static long LengthFor(long sizeBytes) =>
        sizeBytes <= GroupBytes ? 0 : (sizeBytes + GroupBytes - 1) / GroupBytes * DigestBytes;
}
