using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>What a file carries beside mode and owner, as one number each: enough to see that it changed.</summary>
/// <remarks>
/// A digest is the first eight bytes (little endian) of SHA-256 over the attributes sorted by the bytes of their name,
/// each as name, NUL, length of the value (64 bits, little endian), value. What may not be read makes its digest null:
/// of a part of them a change would be seen that is none. <c>trusted.*</c> is listed to CAP_SYS_ADMIN only, so a scanner
/// that gains or loses it sees every file that has such attributes change.
/// </remarks>
internal static unsafe class AttributeDigests
{
    private const int MostBytes = 64 * 1024; // XATTR_LIST_MAX, XATTR_SIZE_MAX.
    private const string Capability = "security.capability";

    private static readonly string[] AccessLists =
    [
        "system.posix_acl_access", "system.posix_acl_default", "system.nfs4_acl", "system.nfs4_dacl", "system.richacl",
    ];

    /// <param name="descriptor">Of the file; one that is open for its path only will do.</param>
    public static ExtendedAttributes Read(int descriptor, FilePath path)
    {
        // The calls on descriptors refuse one without permission to read, which looking at attributes does not need.
        var link = Encoding.ASCII.GetBytes($"/proc/self/fd/{descriptor}\0");
        var buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        try
        {
            return Read(link, buffer, path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ExtendedAttributes Read(byte[] link, byte[] buffer, FilePath path)
    {
        fixed (byte* file = link)
        fixed (byte* bytes = buffer)
        {
            var length = Libc.ListAttributes(file, bytes, buffer.Length);
            if (length < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                return errno switch
                {
                    Errno.NotSupported => default,
                    Errno.NoEntry => throw new StorageException(
                        StorageFault.Resources, path, "extended attributes are read through /proc, which is not there"),
                    _ => throw Errno.Exception(errno, path, "its extended attributes cannot be listed"),
                };
            }

            if (length == 0)
            {
                return new ExtendedAttributes(0, 0, 0);
            }

            var names = Names(buffer.AsSpan(0, (int)length));
            return new ExtendedAttributes(
                Digest(file, names.Where(name => AccessLists.Contains(Encoding.UTF8.GetString(name))), buffer),
                Digest(file, names.Where(IsOther), buffer),
                Digest(file, names.Where(name => Encoding.UTF8.GetString(name) == Capability), buffer));
        }
    }

    // The other system.* ones are views of what has been counted, or change by themselves.
    private static bool IsOther(byte[] name) =>
        name.AsSpan().StartsWith("user."u8) || name.AsSpan().StartsWith("trusted."u8)
        || (name.AsSpan().StartsWith("security."u8) && Encoding.UTF8.GetString(name) != Capability);

    private static List<byte[]> Names(ReadOnlySpan<byte> listed)
    {
        var names = new List<byte[]>();
        foreach (var range in listed.Split((byte)0))
        {
            if (!listed[range].IsEmpty)
            {
                names.Add(listed[range].ToArray());
            }
        }

        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    private static long? Digest(byte* file, IEnumerable<byte[]> names, byte[] buffer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var any = false;
        foreach (var name in names)
        {
            byte[] terminated = [.. name, 0];
            nint length;
            fixed (byte* terminatedName = terminated)
            fixed (byte* value = buffer)
            {
                length = Libc.GetAttribute(file, terminatedName, value, buffer.Length);
            }

            if (length >= 0)
            {
                any = true;
                AppendAttribute(hash, terminated, buffer.AsSpan(0, (int)length));
            }
            else if (Marshal.GetLastPInvokeError() != Errno.NoData)
            {
                return null;
            }
        }

        return any ? First64(hash) : 0;
    }

    private static void AppendAttribute(IncrementalHash hash, byte[] terminatedName, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, value.Length);
        hash.AppendData(terminatedName);
        hash.AppendData(length);
        hash.AppendData(value);
    }

    private static long First64(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        var first = BinaryPrimitives.ReadInt64LittleEndian(digest);
        return first == 0 ? 1 : first; // Zero says that there is none.
    }
}
