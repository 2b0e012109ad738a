using System.Net;
using System.Net.Sockets;
using Fixity.Smb.Authentication;
using Fixity.Smb.Transport;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Who gets in, who does not, and what is said of it.</summary>
public sealed class LoginTests
{
    [Trait("SmbPoint", "6")]
    [SmbFact]
    public async Task A_server_of_smb1_alone_is_refused_without_a_word_of_smb1()
    {
        await using var server = await SmbServer.StartAsync(["server min protocol = NT1", "server max protocol = NT1"]);
        await using var proxy = new TcpProxy(server.Port);
        var saidSmb1 = false;
        proxy.ToServer = data => saidSmb1 |= data.Span.IndexOf("\xFFSMB"u8[1..]) >= 0 && data.Span[4] == 0xFF;
        var begun = TimeProvider.System.GetTimestamp();

        var refused = await Shares.RefusedAsync(server, options => options with { Port = proxy.Port });

        Assert.Equal(SmbFailure.NotSmb, refused.Failure);
        Assert.Contains("does not offer SMB 2.1 or later", refused.Message, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.False(saidSmb1);
    }

    [Trait("SmbPoint", "6")]
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\0\0\0\u0010 what is this ")]
    [InlineData("")]
    public async Task Whoever_is_no_server_of_smb_is_called_that(string says)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptSocketAsync();
            await client.SendAsync(System.Text.Encoding.Latin1.GetBytes(says));
        });
        await using var share = new SmbShare(Options(((IPEndPoint)listener.LocalEndpoint).Port));

        var refused = await Assert.ThrowsAsync<SmbException>(() => share.ConnectAsync(CancellationToken.None));

        await serving;
        Assert.Equal(SmbFailure.NotSmb, refused.Failure);
        Assert.Contains("does not offer SMB 2.1 or later", refused.Message, StringComparison.Ordinal);
    }

    [Trait("SmbPoint", "7")]
    [SmbTheory]
    [InlineData("wrong password")]
    [InlineData("unknown user")]
    [InlineData("disabled account")]
    public async Task A_refused_login_is_tried_once_and_says_who_and_where(string why)
    {
        await using var server = await SmbServer.StartAsync();
        if (why == "disabled account")
        {
            server.DisableUser(SmbServer.User);
        }

        var user = why == "unknown user" ? "nobody-here" : SmbServer.User;
        var password = why == "wrong password" ? "not-the-pass-word" : server.Password;
        var attempts = new Counting(new NtlmAuthenticator(user, password));
        await using var share = Shares.Open(
            server, options => options with { Authenticator = attempts, ReconnectFor = TimeSpan.FromMinutes(1) });

        for (var call = 0; call < 3; call++)
        {
            var refused = await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));

            Assert.Equal(SmbFailure.LoginRefused, refused.Failure);
            Assert.All((string[])["127.0.0.1", "data", user], part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
            Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(1, attempts.Begun);
    }

    [Trait("SmbPoint", "8")]
    [SmbFact]
    public async Task A_guest_is_what_we_never_are()
    {
        await using var server = await SmbServer.StartAsync(
            ["map to guest = Bad User", "guest account = nobody"], ["[open]", "path = {data}", "guest ok = yes"]);

        var refused = await Shares.RefusedAsync(
            server, options => options with { Share = "open", Authenticator = new NtlmAuthenticator("nobody-here", "x") });

        Assert.Equal(SmbFailure.GuestRefused, refused.Failure);
    }

    [Trait("SmbPoint", "10")]
    [SmbTheory]
    [InlineData("{0}")]
    [InlineData(@"FIXTEST\{0}")]
    [InlineData(@".\{0}")]
    [InlineData(@"WRONGDOM\{0}")]
    [InlineData(@"\{0}")]
    [InlineData("{0}@FIXTEST")]
    public async Task Each_way_to_write_a_login_works(string form)
    {
        await using var server = await SmbServer.StartAsync();
        var login = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, SmbServer.User);
        await using var share = Shares.Open(
            server, options => options with { Authenticator = new NtlmAuthenticator(login, server.Password) });

        Assert.NotNull(await share.ConnectAsync(CancellationToken.None));
    }

    [Trait("SmbPoint", "10")]
    [SmbTheory]
    [InlineData("pässwörd-日本語-\U0001F600")]
    [InlineData("a password of more than one hundred characters, which is more than most people would ever type in, but machines do")]
    public async Task Passwords_may_be_long_and_in_any_script(string password)
    {
        await using var server = await SmbServer.StartAsync(password: password);
        await using var share = Shares.Open(server);

        Assert.NotNull(await share.ConnectAsync(CancellationToken.None));
    }

    [Trait("SmbPoint", "11")]
    [SmbTheory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("::1")]
    public async Task A_server_is_found_by_name_and_by_address(string host)
    {
        if (host == "::1" && !Socket.OSSupportsIPv6)
        {
            return;
        }

        await using var server = await SmbServer.StartAsync();
        await using var share = Shares.Open(server, options => options with { Host = host });

        Assert.NotNull(await share.ConnectAsync(CancellationToken.None));
    }

    [Trait("SmbPoint", "11")]
    [Fact]
    public async Task Each_way_not_to_get_there_has_its_own_words()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var closedPort = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var options = Options(((IPEndPoint)silent.LocalEndpoint).Port);

        var failures = new List<SmbException>();
        foreach (var attempt in (SmbOptions[])
            [
                options with { Port = closedPort }, options with { Host = "no-such-host.invalid" }, options,
                options with { Connector = new BlackHole(), Port = closedPort },
            ])
        {
            await using var share = new SmbShare(attempt);
            failures.Add(await Assert.ThrowsAsync<SmbException>(() => share.ConnectAsync(CancellationToken.None)));
        }

        Assert.Equal(
            [SmbFailure.Refused, SmbFailure.NameNotFound, SmbFailure.TimedOut, SmbFailure.TimedOut],
            failures.Select(failure => failure.Failure));
        Assert.Equal(4, failures.Select(failure => failure.Message).Distinct().Count());
    }

    [Trait("SmbPoint", "12")]
    [SmbFact]
    public async Task A_missing_share_a_denied_one_and_one_that_encrypts_are_told_apart()
    {
        await using var server = await SmbServer.StartAsync(shares:
        [
            "[denied]", "path = {data}", "valid users = daemon", "[encdata]", "path = {data}", "smb encrypt = required",
        ]);

        var missing = await Shares.RefusedAsync(server, options => options with { Share = "nothing" });
        var denied = await Shares.RefusedAsync(server, options => options with { Share = "denied" });
        var encrypted = await Shares.RefusedAsync(
            server, options => options with { Share = "encdata", MaxDialect = SmbDialect.Smb210 });

        Assert.Equal(SmbFailure.ShareMissing, missing.Failure);
        Assert.Equal(SmbFailure.ShareDenied, denied.Failure);
        Assert.Equal(SmbFailure.ShareDenied, encrypted.Failure);
        Assert.Contains("may demand encryption", encrypted.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("encryption", denied.Message, StringComparison.Ordinal);
    }

    [Trait("SmbPoint", "35")]
    [SmbFact]
    public async Task No_secret_is_in_anything_that_can_be_printed()
    {
        await using var server = await SmbServer.StartAsync(password: "Very-Secret-Password");
        var options = Shares.OptionsOf(server);
        var wrong = new NtlmAuthenticator(SmbServer.User, "Another-Secret-Password");
        var printed = new List<string> { options.ToString(), wrong.ToString(), new SmbShare(options).ToString()! };
        foreach (var bad in (SmbOptions[])
            [options with { Authenticator = wrong }, options with { Share = "nothing" }, options with { Port = 1 }])
        {
            await using var share = new SmbShare(bad);
            printed.Add((await Assert.ThrowsAsync<SmbException>(() => share.ConnectAsync(CancellationToken.None))).ToString());
        }

        var hash = new byte[16];
        Smb.Crypto.Md4.Hash(System.Text.Encoding.Unicode.GetBytes("Very-Secret-Password"), hash);
        Assert.All(printed, text =>
        {
            Assert.DoesNotContain("Secret-Password", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString(hash), text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("NTLMSSP", text, StringComparison.Ordinal);
        });
    }

    private static SmbOptions Options(int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Share = "data",
        Authenticator = new NtlmAuthenticator("user", "password"),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        ReconnectFor = TimeSpan.Zero,
    };

    private sealed class Counting(ISmbAuthenticator inner) : ISmbAuthenticator
    {
        public int Begun { get; private set; }

        public string Name => inner.Name;

        public ISmbLogin Begin(string host)
        {
            Begun++;
            return inner.Begin(host);
        }
    }

    private sealed class BlackHole : ISmbConnector
    {
        public async Task<ISmbTransport> ConnectAsync(string host, int port, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        }
    }
}
