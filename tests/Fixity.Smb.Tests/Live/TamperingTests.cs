using System.Diagnostics;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Somebody on the way who changes bytes: nothing changed is ever taken for the file.</summary>
public sealed class TamperingTests
{
    private const int FileBytes = 6 * 1024 * 1024;

    [Trait("SmbPoint", "3")]
    [Trait("SmbPoint", "4")]
    [SmbTheory]
    [InlineData("", SmbDialect.Smb210)]
    [InlineData("", SmbDialect.Smb302)]
    [InlineData("", SmbDialect.Smb311)]
    [InlineData("server smb encrypt = required", SmbDialect.Smb302)]
    [InlineData("server smb encrypt = required", SmbDialect.Smb311)]
    public async Task One_flipped_bit_is_refused_at_once_and_the_next_read_is_right(string setting, SmbDialect dialect)
    {
        await using var server = await SmbServer.StartAsync([setting]);
        var local = Shares.Make(server, "file", FileBytes);
        await using var proxy = new TcpProxy(server.Port);
        var flips = 1;
        proxy.ToClient = (data, before) =>
        {
            if (before > 2_000_000 && Interlocked.Decrement(ref flips) == 0)
            {
                data.Span[data.Length / 2] ^= 4;
            }
        };
        await using var share = Shares.Open(server, options => options with { Port = proxy.Port, MaxDialect = dialect });
        var clock = Stopwatch.StartNew();

        var refused = await Assert.ThrowsAsync<SmbException>(() => Shares.HashAsync(share, "file"));

        Assert.Equal(SmbFailure.Tampered, refused.Failure);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
    }

    // What the server said of itself is changed on its way.
    [Trait("SmbPoint", "9")]
    [SmbTheory]
    [InlineData("SMB2_10", 92)]
    [InlineData("SMB3_00", 92)]
    [InlineData("SMB3_02", 92)]
    [InlineData("SMB3_11", 92)]
    [InlineData("SMB3_11", 76)]
    [InlineData("SMB3_02", 76)]
    public async Task A_rewritten_answer_to_the_negotiation_is_refused(string limit, int at)
    {
        await using var server = await SmbServer.StartAsync([$"server max protocol = {limit}"]);
        await using var proxy = new TcpProxy(server.Port);
        proxy.ToClient = (data, before) =>
        {
            if (before == 0)
            {
                data.Span[at] ^= 0x40;
            }
        };

        var refused = await Shares.RefusedAsync(server, options => options with { Port = proxy.Port });

        Assert.Equal(SmbFailure.Tampered, refused.Failure);
    }

    // What we offer is changed on its way, so that the server takes an older version than both have.
    [Trait("SmbPoint", "9")]
    [SmbTheory]
    [InlineData(SmbDialect.Smb311, 0x0302)]
    [InlineData(SmbDialect.Smb302, 0x0300)]
    [InlineData(SmbDialect.Smb311, 0x0210)]
    public async Task A_rewritten_offer_is_refused(SmbDialect best, int instead)
    {
        await using var server = await SmbServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);
        var isFirst = true;
        proxy.ToServer = data =>
        {
            const int dialects = 4 + 64 + 36;
            for (var i = 0; isFirst && i < data.Span[4 + 64 + 2]; i++)
            {
                var place = data.Span[(dialects + (2 * i))..];
                var offered = place[0] | (place[1] << 8);
                if (offered > instead && offered <= (int)best)
                {
                    (place[0], place[1]) = ((byte)instead, (byte)(instead >> 8));
                }
            }

            isFirst = false;
        };

        var refused = await Shares.RefusedAsync(server, options => options with { Port = proxy.Port, MaxDialect = best });

        Assert.Equal(SmbFailure.Tampered, refused.Failure);
    }

    [SmbFact]
    public async Task An_answer_without_its_signature_is_refused()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 1000);
        await using var proxy = new TcpProxy(server.Port);
        await using var share = Shares.Open(server, options => options with { Port = proxy.Port });
        await share.ConnectAsync(CancellationToken.None);
        proxy.ToClient = (data, _) => data.Span[4 + 16] &= 0xF7;

        var refused = await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));

        Assert.Equal(SmbFailure.Tampered, refused.Failure);
    }
}
