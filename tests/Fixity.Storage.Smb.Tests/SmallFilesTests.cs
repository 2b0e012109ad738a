using System.Buffers.Binary;
using Fixity.Core;
using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>Small files come in one message and are seen after it: opened once, and still not taken in by a change.</summary>
public sealed class SmallFilesTests
{
    private const int Create = 5;
    private const int Close = 6;
    private const int Read = 8;
    private const int HeaderBytes = 64;
    private const uint Pending = 0x103;

    [Trait("SmbPoint", "20")]
    [SmbFact]
    public async Task A_small_file_is_opened_once_by_a_scan()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "d/first", [1]);
        var withOne = await OpeningsOfAScanAsync(server);
        for (var file = 0; file < 20; file++)
        {
            await Backends.PutAsync(server, $"d/f{file:D2}", new byte[file * 10_000]);
        }

        SetOld(server);

        Assert.Equal(20, await OpeningsOfAScanAsync(server) - withOne);
    }

    [SmbTheory]
    [InlineData(0, true)]
    [InlineData(256 * 1024, true)]
    [InlineData((256 * 1024) + 1, false)]
    public async Task What_came_in_one_message_was_seen_after_it(int length, bool isSmall)
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "f", new byte[length]);
        await using var backend = Backends.Open(server);
        await using var file = await backend.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, CancellationToken.None);
        var opened = await file.StatAsync(CancellationToken.None);

        Assert.Equal(isSmall, file.SeenAfterReading is not null);
        Assert.True(opened.SameMomentAs(file.SeenAfterReading ?? opened));
    }

    [Trait("SmbPoint", "29")]
    [SmbFact]
    public async Task A_small_file_that_was_another_when_it_was_closed_is_read_again()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "f", "content"u8.ToArray());
        SetOld(server);

        var (scan, openings) = await ScanAsync(server, Close, message =>
        {
            // When it was last written, as the closing of it says.
            var written = message[(HeaderBytes + 24)..];
            BinaryPrimitives.WriteInt64LittleEndian(written, BinaryPrimitives.ReadInt64LittleEndian(written) + 10_000_000);
        });

        using (scan)
        {
            Assert.Equal(2, openings);
            Assert.Equal(ShareScan.Checksum("content"u8.ToArray()), scan.Baseline["f"].Checksum.ToArray());
            Assert.Equal(0, scan.Count(counters => counters.FilesUnstable));
        }
    }

    [Trait("SmbPoint", "17")]
    [SmbFact]
    public async Task A_file_that_is_held_against_all_others_is_tried_again_at_the_end_of_the_scan()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "f", "content"u8.ToArray());
        SetOld(server);

        var (scan, openings) = await ScanAsync(
            server, Create, message => BinaryPrimitives.WriteUInt32LittleEndian(message[8..], 0xC0000043));

        using (scan)
        {
            Assert.Equal(2, openings);
            Assert.Equal(FileState.Present, scan.Baseline["f"].State);
            Assert.Equal(ShareScan.Checksum("content"u8.ToArray()), scan.Baseline["f"].Checksum.ToArray());
        }
    }

    private static async Task<int> OpeningsOfAScanAsync(SmbServer server)
    {
        SetOld(server);
        var (scan, openings) = await ScanAsync(server);
        scan.Dispose();
        return openings;
    }

    /// <summary>A first scan over a session without signatures, on whose way the first reading of a file is rewritten.</summary>
    /// <param name="rewrite">Given the part of the answer that is to this command; null: nothing is rewritten.</param>
    /// <returns>How many times files were opened to be read.</returns>
    private static async Task<(ShareScan Scan, int Openings)> ScanAsync(
        SmbServer server, int command = 0, Rewrite? rewrite = null)
    {
        await using var proxy = new TcpProxy(server.Port);
        var openings = 0;
        (int Connection, long Id)? wanted = null;
        proxy.Message = message =>
        {
            var parts = Parts(message.Data.Span);
            if (message.IsToServer)
            {
                var reads = parts.Count(part => part.Command == Read);
                if (reads > 0 && openings == 0 && parts.Exists(part => part.Command == command))
                {
                    wanted = KeyOf(message, parts.Find(part => part.Command == command).At);
                }

                openings += reads;
            }
            else if (parts.Find(part => KeyOf(message, part.At) == wanted) is { Command: > 0, At: var at }
                && !IsInterim(message.Data.Span[at..]))
            {
                rewrite?.Invoke(message.Data.Span[at..]);
            }
        };
        var scan = new ShareScan(server) { Port = proxy.Port, IsSigned = false };
        await scan.FirstAsync();
        return (scan, openings);
    }

    // A busy server answers a compound in parts, and says first that it will.
    private static bool IsInterim(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[8..]) == Pending;

    // Each connection counts its messages from the beginning.
    private static (int Connection, long Id) KeyOf(ProxiedMessage message, int at) =>
        (message.Connection, BinaryPrimitives.ReadInt64LittleEndian(message.Data.Span[(at + 24)..]));

    private delegate void Rewrite(Span<byte> message);

    /// <summary>The parts of a compound; each says where the next one is.</summary>
    private static List<(int Command, int At)> Parts(ReadOnlySpan<byte> data)
    {
        var parts = new List<(int, int)>();
        for (int at = 4, next = -1; next != 0 && IsMessage(data, at); at += next)
        {
            parts.Add((BinaryPrimitives.ReadUInt16LittleEndian(data[(at + 12)..]), at));
            next = BinaryPrimitives.ReadInt32LittleEndian(data[(at + 20)..]);
        }

        return parts;
    }

    private static bool IsMessage(ReadOnlySpan<byte> data, int at) =>
        at + HeaderBytes <= data.Length && data[at..].StartsWith((byte[])[0xFE, (byte)'S', (byte)'M', (byte)'B']);

    // What was written just now would be waited for, and opened twice.
    private static void SetOld(SmbServer server)
    {
        foreach (var file in Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
    }
}
