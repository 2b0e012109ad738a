using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Fixity.Core;
using Fixity.Smb;
using Fixity.Smb.Authentication;
using Fixity.Storage.Smb;

namespace Fixity.Bench.Measured;

/// <summary>Our client of shares alone, as <c>smbclient</c> is asked the same: connect, log in, and then files or names.</summary>
internal static class ShareVerbs
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Reads every file of a list to its end, several at once on one connection.</summary>
    public static async Task<int> ReadAsync(Arguments arguments, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var paths = new ConcurrentQueue<string>(
            await File.ReadAllLinesAsync(arguments.Word(0, "the list of files"), cancellation));
        var (files, bytes) = (0L, 0L);
        await using (var share = new SmbShare(await OptionsAsync(arguments, cancellation)))
        {
            await Task.WhenAll(Enumerable.Range(0, (int)arguments.Number("at-once", 1)).Select(_ => Task.Run(
                async () =>
                {
                    var buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
                    while (paths.TryDequeue(out var path))
                    {
                        Interlocked.Add(ref bytes, await ReadAsync(share, path, buffer, cancellation));
                        Interlocked.Increment(ref files);
                    }
                },
                cancellation)));
        }

        return (Figures.Of("smb-read", Stopwatch.GetElapsedTime(started)) with { Files = files, Bytes = bytes }).Print();
    }

    /// <summary>Lists the whole share in path order, as a scan does.</summary>
    public static async Task<int> ListAsync(Arguments arguments, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var files = 0L;
        await using (var backend = SmbStorage.Open(await OptionsAsync(arguments, cancellation)))
        {
            await foreach (var block in backend.ListAsync(PathRange.Everything, cancellation))
            {
                files += Count(block.Span);
            }
        }

        return (Figures.Of("smb-list", Stopwatch.GetElapsedTime(started)) with { Files = files }).Print();
    }

    private static async Task<long> ReadAsync(SmbShare share, string path, byte[] buffer, CancellationToken cancellation)
    {
        await using var file = await share.OpenAsync(path, cancellation);
        var size = file.Opened.SizeBytes;
        var offset = 0L;
        int read;
        while (offset < size && (read = await file.ReadAsync(offset, buffer, cancellation)) > 0)
        {
            offset += read;
        }

        return offset;
    }

    private static int Count(ReadOnlySpan<Storage.StorageEntry> block)
    {
        var files = 0;
        foreach (ref readonly var entry in block)
        {
            files += entry.Kind == Storage.EntryKind.File ? 1 : 0;
        }

        return files;
    }

    private static async Task<SmbOptions> OptionsAsync(Arguments arguments, CancellationToken cancellation)
    {
        // The file that smbclient -A takes: "username = u", "password = p".
        var login = (await File.ReadAllLinesAsync(arguments.Needed("login"), Encoding.UTF8, cancellation))
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var protection = arguments.Text("protection") ?? "signed";
        return new SmbOptions
        {
            Host = "127.0.0.1",
            Port = (int)arguments.Number("port", 445),
            Share = arguments.Needed("share"),
            Authenticator = new NtlmAuthenticator(login["username"], login["password"]),
            RequireSigning = protection != "unsigned",
            RequireEncryption = protection == "encrypted",
            ReconnectFor = TimeSpan.Zero,
        };
    }
}
