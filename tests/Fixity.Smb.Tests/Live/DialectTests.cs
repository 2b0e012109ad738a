using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Every version, every way to sign, every way to encrypt: the same bytes, and the server says how.</summary>
public sealed class DialectTests
{
    private const long FileBytes = 24 * 1024 * 1024 + 4321;

    [Trait("SmbPoint", "1")]
    [Trait("SmbPoint", "2")]
    [SmbTheory]
    [InlineData("SMB2_10", SmbDialect.Smb210, SmbSigning.HmacSha256, "HMAC-SHA256")]
    [InlineData("SMB3_00", SmbDialect.Smb300, SmbSigning.AesCmac, "AES-128-CMAC")]
    [InlineData("SMB3_02", SmbDialect.Smb302, SmbSigning.AesCmac, "AES-128-CMAC")]
    [InlineData("SMB3_11", SmbDialect.Smb311, SmbSigning.AesGmac, "AES-128-GMAC")]
    public async Task Each_dialect_reads_the_same_bytes_signed(
        string limit, SmbDialect dialect, SmbSigning signing, string named)
    {
        await using var server = await SmbServer.StartAsync([$"server max protocol = {limit}", "server signing = mandatory"]);
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server);

        var info = await share.ConnectAsync(CancellationToken.None);

        Assert.Equal((dialect, signing), (info.Dialect, info.Signing));
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.Single((await Entries.OfAsync(share)).All);
        var said = server.Status();
        Assert.Contains(limit, said, StringComparison.Ordinal);
        Assert.Contains(named, said, StringComparison.Ordinal);
    }

    [Trait("SmbPoint", "2")]
    [Trait("SmbPoint", "4")]
    [SmbTheory]
    [InlineData(SmbSigning.AesCmac, "AES-128-CMAC")]
    [InlineData(SmbSigning.HmacSha256, "HMAC-SHA256")]
    public async Task Each_way_to_sign_of_3_1_1_works(SmbSigning signing, string named)
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { Signings = [signing] });

        Assert.Equal(signing, (await share.ConnectAsync(CancellationToken.None)).Signing);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.Contains(named, server.Status(), StringComparison.Ordinal);
    }

    [Trait("SmbPoint", "4")]
    [SmbTheory]
    [InlineData("aes-128-gcm", SmbCipher.Aes128Gcm)]
    [InlineData("aes-256-gcm", SmbCipher.Aes256Gcm)]
    [InlineData("aes-128-ccm", SmbCipher.Aes128Ccm)]
    [InlineData("aes-256-ccm", SmbCipher.Aes256Ccm)]
    public async Task Each_cipher_reads_the_same_bytes(string offered, SmbCipher cipher)
    {
        await using var server = await SmbServer.StartAsync(
            ["server smb encrypt = required", $"server smb3 encryption algorithms = {offered}"]);
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server);

        Assert.Equal(cipher, (await share.ConnectAsync(CancellationToken.None)).Cipher);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.Contains(offered.ToUpperInvariant(), server.Status(), StringComparison.Ordinal);
    }

    // On a session that is otherwise plain.
    [Trait("SmbPoint", "4")]
    [SmbTheory]
    [InlineData(SmbDialect.Smb302, SmbCipher.Aes128Ccm)]
    [InlineData(SmbDialect.Smb311, SmbCipher.Aes128Gcm)]
    public async Task A_share_may_demand_encryption_alone(SmbDialect dialect, SmbCipher cipher)
    {
        await using var server = await SmbServer.StartAsync(
            shares: ["[encdata]", "path = {data}", "smb encrypt = required"]);
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { Share = "encdata", MaxDialect = dialect });

        Assert.Equal(cipher, (await share.ConnectAsync(CancellationToken.None)).Cipher);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
    }

    [SmbFact]
    public async Task Encryption_may_be_demanded_of_a_server_that_does_not_ask_for_it()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { RequireEncryption = true });

        Assert.Equal(SmbCipher.Aes128Gcm, (await share.ConnectAsync(CancellationToken.None)).Cipher);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.Contains("AES-128-GCM", server.Status(), StringComparison.Ordinal);
    }

    [Trait("SmbPoint", "5")]
    [SmbFact]
    public async Task Demanded_encryption_reads_nothing_from_a_server_that_has_none()
    {
        await using var server = await SmbServer.StartAsync(["server max protocol = SMB2_10", "log level = 3"]);

        var refused = await Shares.RefusedAsync(server, options => options with { RequireEncryption = true });

        Assert.Equal(SmbFailure.EncryptionUnavailable, refused.Failure);
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(server.Folder, "log")).Select(File.ReadAllText),
            log => log.Contains("opened file", StringComparison.Ordinal));
    }

    [SmbFact]
    public async Task Without_signing_the_bytes_are_the_same()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { RequireSigning = false });

        Assert.Null((await share.ConnectAsync(CancellationToken.None)).Signing);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
    }
}
