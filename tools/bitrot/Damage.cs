using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Bitrot;

/// <summary>Does to files what failing disks, bad cables and careless hands do. Same seed and files, same damage.</summary>
/// <param name="restoreTimes">
/// Sets access and modification time back to the nanosecond, so that only a look at the content can tell.
/// </param>
public sealed class Damage(Random random, bool restoreTimes)
{
    private const int ShownBytesMax = 16;
    private const int PieceBytes = 64 * 1024;

    /// <summary>Turns over one bit: bit rot in its purest form. Size unchanged.</summary>
    public DamageReport Flip(string path) => Inflict(path, "flip", 1, (file, size) =>
    {
        var offset = random.NextInt64(size);
        var content = Read(file, offset, 1);
        var flipped = new[] { (byte)(content[0] ^ (1 << random.Next(8))) };
        RandomAccess.Write(file, flipped, offset);
        return new Wound(offset, 1, Show(content), Show(flipped));
    });

    /// <summary>Replaces a stretch by noise, as a misdirected write does: one sector, one block. Size unchanged.</summary>
    /// <param name="bytes">At most the file is overwritten. The stretch begins at a multiple of this.</param>
    public DamageReport Overwrite(string path, int bytes) => Inflict(path, "overwrite", 1, (file, size) =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        var offset = random.NextInt64((size + bytes - 1) / bytes) * bytes;
        var content = Read(file, offset, (int)Math.Min(bytes, size - offset));
        var noise = new byte[content.Length];
        random.NextBytes(noise);

        // A short stretch may be hit by its own content, and damage that changes nothing is none.
        noise[0] = noise[0] == content[0] ? (byte)~noise[0] : noise[0];
        RandomAccess.Write(file, noise, offset);
        return new Wound(offset, noise.Length, Show(content), Show(noise));
    });

    /// <summary>Cuts the end off, as a full disk or a torn copy does.</summary>
    public DamageReport Truncate(string path) => Inflict(path, "truncate", 1, (file, size) =>
    {
        var kept = random.NextInt64(size);
        var cut = ShowRange(file, kept, size - kept);
        RandomAccess.SetLength(file, kept);
        return new Wound(kept, size - kept, cut, "");
    });

    /// <summary>Appends a line, as a person at work does. Unless times are restored this is no damage but a change.</summary>
    public DamageReport Edit(string path) => Inflict(path, "edit", 0, (file, size) =>
    {
        var line = System.Text.Encoding.UTF8.GetBytes($"edited by bitrot {random.Next():x8}\n");
        RandomAccess.Write(file, line, size);
        return new Wound(size, line.Length, "", Show(line));
    });

    private DamageReport Inflict(
        string path,
        string kind,
        long sizeAtLeast,
        Func<SafeFileHandle, long, Wound> inflict)
    {
        // Before anything is read: reading may move the access time.
        var times = FileTimes.Of(path);
        long sizeBefore;
        long sizeAfter;
        Wound wound;

        // Everything is shared: a scan may be reading the file at this moment, and that is the point.
        using (var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            sizeBefore = RandomAccess.GetLength(file);
            if (sizeBefore < sizeAtLeast)
            {
                throw new InvalidOperationException($"{path} is empty: there is nothing to {kind}.");
            }

            wound = inflict(file, sizeBefore);
            RandomAccess.FlushToDisk(file);
            sizeAfter = RandomAccess.GetLength(file);
        }

        if (restoreTimes)
        {
            times.ApplyTo(path);
        }

        return new DamageReport(
            path, kind, wound.Offset, wound.Length, wound.Before, wound.After, sizeBefore, sizeAfter,
            times.ModifiedNs, FileTimes.Of(path).ModifiedNs, restoreTimes);
    }

    private static byte[] Read(SafeFileHandle file, long offset, int length)
    {
        var content = new byte[length];
        var filled = 0;
        while (filled < length)
        {
            var read = RandomAccess.Read(file, content.AsSpan(filled), offset + filled);
            if (read == 0)
            {
                throw new EndOfStreamException("The file became shorter while it was damaged.");
            }

            filled += read;
        }

        return content;
    }

    // What is cut off may be any size, so it passes through a buffer.
    private static string ShowRange(SafeFileHandle file, long offset, long length)
    {
        if (length <= ShownBytesMax)
        {
            return Show(Read(file, offset, (int)length));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var end = offset + length; offset < end;)
        {
            var piece = Read(file, offset, (int)Math.Min(PieceBytes, end - offset));
            hash.AppendData(piece);
            offset += piece.Length;
        }

        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Show(byte[] content) => content.Length <= ShownBytesMax
        ? Convert.ToHexStringLower(content)
        : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private readonly record struct Wound(long Offset, long Length, string Before, string After);
}
