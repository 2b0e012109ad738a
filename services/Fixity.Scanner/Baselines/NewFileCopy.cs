using Fixity.Core;
using Fixity.Data;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Loads the files of a first scan straight into the baseline by one COPY: nothing is there to conflict with,
/// and nothing is to be reported.</summary>
/// <remarks>In path order, as they come: an index that grows at its end costs half as much as one that grows anywhere.</remarks>
internal static class NewFileCopy
{
    // state_since and first_seen_at are now() by default.
    private const string Sql = """
        copy scanner.files (target_id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, links, acl_digest,
            xattrs_digest, capabilities_digest, algorithm, checksum, state, first_scan_id, verified_at)
        from stdin (format binary)
        """;

    private const short Fields = 18;

    public static bool Takes(SegmentClaim claim, AppearedFile file) => claim.IsBaseline && file.Id is null;

    /// <param name="verifiedAt">The time of the transaction, by the database's clock.</param>
    /// <returns>How many bytes the files have.</returns>
    /// <exception cref="PostgresException">With <see cref="PostgresErrorCodes.UniqueViolation"/>: one has a row.</exception>
    public static async Task<long> LoadAsync(
        NpgsqlConnection connection, SegmentClaim claim, List<AppearedFile> files, DateTime verifiedAt,
        CancellationToken cancellation)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync(Sql, cancellation);
        var bytes = 0L;
        try
        {
            using var rows = new BinaryCopyWriter(copy);
            foreach (var file in files)
            {
                if (Takes(claim, file))
                {
                    bytes += file.Metadata.SizeBytes;
                    Write(rows, claim, file, verifiedAt);
                    if (rows.IsFull)
                    {
                        await rows.FlushAsync(cancellation);
                    }
                }
            }

            await rows.EndAsync(cancellation);
        }
        catch
        {
            // Left alone, the stream would tell the server that this is all there is.
            await copy.CancelAsync();
            throw;
        }

        return bytes;
    }

    private static void Write(BinaryCopyWriter rows, SegmentClaim claim, AppearedFile file, DateTime verifiedAt)
    {
        rows.StartRow(Fields);
        rows.Write((int?)claim.Target.Id);
        rows.Write(file.Path.Bytes);
        rows.Write(file.Metadata.SizeBytes);
        rows.Write(file.Metadata.MtimeNs);
        rows.Write(file.Metadata.CtimeNs);
        rows.Write(file.Metadata.FileId);
        rows.Write(file.Metadata.Mode);
        rows.Write(file.Metadata.Uid);
        rows.Write(file.Metadata.Gid);
        rows.Write(file.Metadata.Links);
        rows.Write(file.Extended.Acl);
        rows.Write(file.Extended.Xattrs);
        rows.Write(file.Extended.Capabilities);
        rows.Write((short?)file.Algorithm);
        rows.Write(file.Checksum.Span);
        rows.Write((short?)FileState.Present);
        rows.Write(claim.ScanId);
        rows.Write(verifiedAt);
    }
}
