using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using Fixity.Smb.Authentication;
using Fixity.Smb.Crypto;
using Fixity.Smb.Tests.Live;
using Fixity.Smb.Transport;
using Fixity.Smb.Wire;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Wire;

/// <summary>Point 36: whatever a server sends, the answer is data or one typed exception, soon and in bounded memory.</summary>
public sealed class FuzzTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 1_000_000 : 50_000;

    private static readonly NtlmAuthenticator Login = new("user", "password");

    private static readonly SmbOptions Options = new()
    {
        Host = "host",
        Share = "share",
        Authenticator = Login,
        RequireSigning = false,
    };

    [Fact]
    public void Mutated_answers_end_in_typed_exceptions_only()
    {
        var random = new Random(36);
        var seeds = Seeds();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (seed, parse) = seeds[round % seeds.Count];
            var message = Mutate(seed, random);
            try
            {
                parse(message);
            }
            catch (SmbException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Rounds / 10, Rounds);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds, 0, 64 * 1024);
        Assert.InRange(clock.Elapsed.TotalMilliseconds / Rounds, 0, 5);
    }

    // The whole client over a real conversation in which bytes change, come twice, or stop.
    [SmbFact]
    public async Task A_mutated_conversation_never_hangs_and_never_breaks_in_another_way()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 100_000);
        var rounds = Rounds / 500;
        var failures = new ConcurrentDictionary<SmbFailure, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, rounds), new ParallelOptionsOfFour(), async (round, _) =>
        {
            var random = new Random(round);
            await using var share = Shares.Open(server, options => options with
            {
                Connector = new Mutating(random),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                IoTimeout = TimeSpan.FromSeconds(1),
                RequireSigning = round % 2 == 0,
            });
            var failure = await Record.ExceptionAsync(async () =>
            {
                await Entries.OfAsync(share);
                await Shares.HashAsync(share, "file");
            });
            if (failure is not null)
            {
                failures.AddOrUpdate(Assert.IsType<SmbException>(failure).Failure, 1, (_, count) => count + 1);
            }
        });

        Assert.InRange(failures.Values.Sum(), rounds / 10, rounds);
    }

    private static List<(byte[] Seed, Action<byte[]> Parse)> Seeds() =>
    [
        (NegotiateAnswer(), message => new Negotiation(Options).Read(message)),
        (SessionAnswer(), message =>
        {
            Replies.SessionSetup(message, out var token);
            using var login = Login.Begin("host");
            login.Next([]);
            login.Next(token);
        }),
        (Spnego.Second(Challenge(), [1, 2, 3]), message => NtlmChallenge.Read(Spnego.Read(message).Token)),
        (Challenge(), message => NtlmChallenge.Read(message)),
        (DirectoryPage(), message => Replies.ReadEntries(message, new Entries())),
        (Wrap(DirectoryPage(), 9), message => Replies.ReadEntries(Replies.QueryDirectory(message), new Entries())),
        (Wrap(new byte[120], 9), message => Replies.QueryFile(message)),
        (Wrap(new byte[40], 9), message => Replies.QueryVolumeSerial(message)),
        (ReadAnswer(), message => _ = Replies.Read(message).Length),
        (CreateAnswer(), message => Replies.Create(message, out _)),
        (Sealed(), message =>
        {
            using var sealer = Sealer();
            sealer.Open(message);
        }),
        (Header(SmbCommand.TreeConnect, [16, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), message => Replies.TreeConnect(message)),
    ];

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var message = random.Next(4) == 0 ? seed[..Math.Max(random.Next(seed.Length + 1), Math.Min(seed.Length, SmbHeader.Bytes))] : [.. seed];
        for (var change = random.Next(1, 5); change > 0 && message.Length > 0; change--)
        {
            var at = random.Next(message.Length);
            switch (random.Next(4))
            {
                case 0:
                    message[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    message[at] = (byte)random.Next(256);
                    break;
                case 2 when at + 4 <= message.Length:
                    BinaryPrimitives.WriteUInt32LittleEndian(
                        message.AsSpan(at), (uint[])[0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF] is var edges ? edges[random.Next(5)] : 0);
                    break;
                default:
                    message.AsSpan(at, Math.Min(message.Length - at, random.Next(16))).Clear();
                    break;
            }
        }

        return message;
    }

    private static byte[] Header(SmbCommand command, byte[] body)
    {
        var message = new byte[SmbHeader.Bytes + body.Length];
        SmbHeader.Write(message, command, 1, 1, 1, 1, 1);
        body.CopyTo(message, SmbHeader.Bytes);
        return message;
    }

    private static byte[] NegotiateAnswer()
    {
        var body = new byte[64 + 80];
        body[0] = 65;
        body[4] = 0x11;
        body[5] = 0x03;
        body[6] = 3;
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(28), 1 << 20);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(32), 1 << 20);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(56), 128);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(60), 128);
        byte[] contexts =
        [
            1, 0, 38, 0, 0, 0, 0, 0, 1, 0, 32, 0, 1, 0, .. new byte[32], 0, 0,
            2, 0, 4, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 8, 0, 4, 0, 0, 0, 0, 0, 1, 0, 2, 0,
        ];
        contexts.CopyTo(body, 64);
        var message = Header(SmbCommand.Negotiate, body);
        Assert.Equal(SmbCipher.Aes128Gcm, new Negotiation(Options).Read(message).Cipher);
        return message;
    }

    private static byte[] Challenge()
    {
        byte[] target = [2, 0, 4, 0, 65, 0, 66, 0, 7, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0];
        var message = new byte[48 + target.Length];
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(20), 0xe28a8233);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(40), (ushort)target.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(44), 48);
        target.CopyTo(message, 48);
        Assert.NotNull(NtlmChallenge.Read(message).Timestamp);
        return message;
    }

    private static byte[] SessionAnswer()
    {
        var token = Spnego.Second(Challenge(), []);
        byte[] head = [9, 0, 0, 0, SmbHeader.Bytes + 8, 0, (byte)token.Length, 0];
        return Header(SmbCommand.SessionSetup, [.. head, .. token]);
    }

    private static byte[] DirectoryPage()
    {
        var page = new byte[3 * 96];
        for (var at = 0; at < page.Length; at += 96)
        {
            page[at] = (byte)(at + 96 < page.Length ? 96 : 0);
            page[at + 60] = 8;
            "n\0a\0m\0e\0"u8.CopyTo(page.AsSpan(at + 80));
        }

        return page;
    }

    private static byte[] Wrap(byte[] output, byte size)
    {
        var body = new byte[8 + output.Length];
        body[0] = size;
        body[2] = SmbHeader.Bytes + 8;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), output.Length);
        output.CopyTo(body, 8);
        return Header(SmbCommand.QueryInfo, body);
    }

    private static byte[] ReadAnswer()
    {
        var body = new byte[16 + 64];
        body[0] = 17;
        body[2] = SmbHeader.Bytes + 16;
        body[4] = 64;
        return Header(SmbCommand.Read, body);
    }

    private static byte[] CreateAnswer()
    {
        var body = new byte[88];
        body[0] = 89;
        return Header(SmbCommand.Create, body);
    }

    private static Sealer Sealer() => new(SmbCipher.Aes128Gcm, 1, new byte[16], new byte[16]);

    private static byte[] Sealed()
    {
        var message = new byte[TransformHeader.Bytes + 100];
        using var sealer = Sealer();
        sealer.Seal(message);
        return message;
    }

    private sealed class ParallelOptionsOfFour : ParallelOptions
    {
        public ParallelOptionsOfFour() => MaxDegreeOfParallelism = 4;
    }

    private sealed class Mutating(Random random) : ISmbConnector
    {
        public async Task<ISmbTransport> ConnectAsync(string host, int port, CancellationToken cancellation) =>
            new Transport(await TcpConnector.Instance.ConnectAsync(host, port, cancellation), random);

        private sealed class Transport(ISmbTransport inner, Random random) : ISmbTransport
        {
            private int _left = random.Next(2, 30);

            public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
            {
                var received = await inner.ReceiveAsync(buffer, cancellation);
                if (received > 0 && --_left == 0)
                {
                    Mutate(buffer[..received].ToArray(), random).CopyTo(buffer);
                }

                return received;
            }

            public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
                inner.SendAsync(data, cancellation);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
