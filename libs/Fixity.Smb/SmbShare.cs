using Fixity.Smb.Connection;
using Fixity.Smb.Wire;

namespace Fixity.Smb;

/// <summary>A share that is read: its folders, what its entries are, and its files.</summary>
/// <remarks>
/// <para>Safe for concurrent calls, which share one connection. A connection that is lost is made anew for as long as
/// <see cref="SmbOptions.ReconnectFor"/> says, and each call goes on where it was; a refused login is never repeated.</para>
/// <para>Paths are the server's: UTF-16, backslashes between segments, none before the first; empty for the root.</para>
/// </remarks>
public sealed class SmbShare(SmbOptions options) : ISmbShare
{
    /// <summary>Files up to this size are opened, read and closed in one round trip.</summary>
    public const int SmallFileBytes = 256 * 1024;

    private const int FirstPageBytes = 128 * 1024;

    private readonly LinkKeeper _links = new(options);
    private readonly SemaphoreSlim _ahead = new(options.MaxReadsAhead);

    internal SmbOptions Options => options;

    internal SemaphoreSlim Ahead => _ahead;

    /// <summary>Connects, if nobody did, and says what the connection is.</summary>
    /// <exception cref="SmbException">It could not be made, and why.</exception>
    public Task<SmbConnectionInfo> ConnectAsync(CancellationToken cancellation) =>
        RunAsync(static (connection, _) => Task.FromResult(connection.Info), cancellation);

    /// <summary>Which volume the folder is on, and which folder of it this is.</summary>
    /// <param name="path">Empty: the root of the share.</param>
    /// <exception cref="SmbException">The folder cannot be opened.</exception>
    public Task<SmbRoot> ReadRootAsync(string path, CancellationToken cancellation) => RunAsync(
        async (connection, token) =>
        {
            using var answer = await connection.AskAsync(
                [
                    Requests.Create(SmbPath.Checked(path), SmbAccess.Read, CreateOptions.Directory),
                    Requests.QueryFile(SmbHandle.OfCompound),
                    Requests.QueryVolume(SmbHandle.OfCompound), Requests.Close(SmbHandle.OfCompound),
                ],
                token);
            const string what = "the folder cannot be looked at";
            answer.Expect(0, what);
            return new SmbRoot(
                Replies.QueryVolumeSerial(answer.Expect(2, what)), Replies.QueryFile(answer.Expect(1, what)).FileId);
        },
        cancellation);

    /// <summary>What is at the path now; null: nothing. A link itself, not what it leads to.</summary>
    /// <exception cref="SmbException">It could not be found out.</exception>
    public Task<SmbMetadata?> StatAsync(string path, CancellationToken cancellation) => RunAsync(
        async (connection, token) =>
        {
            using var answer = await connection.AskAsync(
                [
                    Requests.Create(SmbPath.Checked(path), SmbAccess.Look, CreateOptions.None),
                    Requests.Close(SmbHandle.OfCompound),
                ],
                token);
            if (NtStatus.FailureOf(answer.Status(0)) == SmbFailure.Gone)
            {
                return (SmbMetadata?)null;
            }

            Replies.Create(answer.Expect(0, "it cannot be looked at"), out var metadata);
            return metadata;
        },
        cancellation);

    /// <summary>Gives all entries of a folder, in the server's order, page by page.</summary>
    /// <exception cref="SmbException">The folder cannot be listed to its end; what was given of it is void.</exception>
    public Task ListAsync(string path, ISmbListing listing, CancellationToken cancellation) => RunAsync(
        async (connection, token) =>
        {
            listing.Restart();
            await ListAsync(connection, SmbPath.Checked(path), listing, token);
            return true;
        },
        cancellation);

    /// <summary>Opens a file, and reads it in the same round trip if it is a small one.</summary>
    /// <exception cref="SmbException"><see cref="SmbFailure.Gone"/>, <see cref="SmbFailure.WrongKind"/> or another.</exception>
    public async Task<SmbFile> OpenAsync(string path, CancellationToken cancellation)
    {
        var file = new SmbFile(this, SmbPath.Checked(path));
        await file.OpenAsync(cancellation);
        return file;
    }

    async Task<ISmbFile> ISmbShare.OpenAsync(string path, CancellationToken cancellation) =>
        await OpenAsync(path, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _links.DisposeAsync();
        _ahead.Dispose();
    }

    internal Task<T> RunAsync<T>(Func<LiveLink, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        _links.RunAsync(work, cancellation);

    private static async Task ListAsync(
        LiveLink connection, string path, ISmbListing listing, CancellationToken cancellation)
    {
        const string what = "the folder cannot be listed";

        // Most folders fit one page: then the second says at once, in the same round trip, that there is no more.
        using var first = await connection.AskAsync(
            [
                Requests.Create(path, SmbAccess.Read, CreateOptions.Directory),
                Requests.QueryDirectory(SmbHandle.OfCompound, Math.Min(FirstPageBytes, connection.Info.ListBytes)),
                Requests.QueryDirectory(SmbHandle.OfCompound, Requests.CreditBytes),
            ],
            cancellation);
        var handle = Replies.Create(first.Expect(0, what), out var folder);
        try
        {
            if (folder.IsReparsePoint)
            {
                throw new SmbException(SmbFailure.WrongKind, "the folder is a link now");
            }

            var hasMore = TakePage(first, 1, listing) && TakePage(first, 2, listing);
            first.Dispose();
            while (hasMore)
            {
                await listing.PageEndedAsync(cancellation);
                using var next = await connection.AskAsync(
                    [Requests.QueryDirectory(handle, connection.Info.ListBytes)], cancellation);
                hasMore = TakePage(next, 0, listing);
            }
        }
        finally
        {
            connection.Link.CloseLater(handle);
        }
    }

    private static bool TakePage(Answer answer, int part, ISmbListing listing)
    {
        if (answer.Status(part) is NtStatus.NoMoreFiles or NtStatus.NoSuchFile)
        {
            return false;
        }

        Replies.ReadEntries(
            Replies.QueryDirectory(answer.Expect(part, "the folder cannot be listed to its end")), listing);
        return true;
    }
}
