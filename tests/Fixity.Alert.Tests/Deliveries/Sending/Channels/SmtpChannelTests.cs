using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Tests.Receivers;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Deliveries.Sending.Channels;

public sealed class SmtpChannelTests : IDisposable
{
    private const string Mail = "Subject: =?utf-8?B?w6Q=?=\r\nMIME-Version: 1.0\r\n\r\nHello\r\n";

    private static readonly string[] Three = ["a@example.org", "full@example.org", "c@example.org"];

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(false, "PLAIN LOGIN")]
    [InlineData(true, "PLAIN")]
    [InlineData(false, "LOGIN")]
    public async Task A_mail_is_handed_in_encrypted_and_logged_in(bool implicitTls, string auth)
    {
        await using var server = new StrictMailServer(Encrypted() with
        {
            ImplicitTls = implicitTls,
            Auth = auth,
            User = "ünser",
            Password = "pass word ß",
            Size = "100000",
        });
        await using var parts = Parts();

        var result = await parts.SendAsync(
            parts.Mail(
                $"{(implicitTls ? "smtps" : "smtp")}://localhost:{server.Port}",
                implicitTls ? MailSecurity.Tls : MailSecurity.Starttls, "ünser", "pass word ß", to: ["ada@example.org", "bob@example.org"]),
            Mail);

        Assert.True(result.Outcome == AttemptOutcome.Delivered, result.ToString());
        Assert.Equal((250, "250 2.0.0 taken"), (result.ResponseStatus, result.ResponseBody));
        var mail = Assert.Single(server.Mails);
        Assert.Equal(("fixity@example.org", true, "ünser"), (mail.From, mail.Encrypted, mail.User));
        Assert.Equal(["ada@example.org", "bob@example.org"], mail.To);
        Assert.Contains("From: fixity@example.org\r\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains("To: ada@example.org,\r\n bob@example.org\r\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"Message-ID: <{SendingParts.DeliveryId}@example.org>\r\n", mail.Text, StringComparison.Ordinal);
        Assert.EndsWith(Mail, mail.Text, StringComparison.Ordinal);
        Assert.Empty(server.Violations);
        Assert.Equal("QUIT", server.Commands.Last());
    }

    [Fact]
    public async Task Lines_that_could_end_the_mail_or_say_commands_arrive_as_they_were_written()
    {
        await using var server = new StrictMailServer(Encrypted());
        await using var parts = Parts();
        const string Hostile = "From: a@b.test\r\nTo: c@d.test\r\nDate: now\r\nMessage-Id: <1@b.test>\r\nSubject: x\r\n\r\n"
            + ".\r\n..\r\n.hidden\r\nbare\n.\nQUIT\rMAIL FROM:<evil@example.org>\r\n";

        await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}"), Hostile);

        Assert.Equal(Hostile.ReplaceLineEndings("\r\n"), Assert.Single(server.Mails).Text);
        Assert.Empty(server.Violations);
        Assert.DoesNotContain(server.Commands, command => command.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_STARTTLS_nothing_is_sent_unless_the_clear_is_wished_for()
    {
        await using var server = new StrictMailServer(new MailServerManners { OffersStartTls = false });
        await using var parts = Parts();
        var url = $"smtp://localhost:{server.Port}";

        var refused = await parts.SendAsync(parts.Mail(url), Mail);
        var secret = await parts.SendAsync(parts.Mail(url, MailSecurity.None, "user", "pass"), Mail);
        Assert.Empty(server.Mails);
        var clear = await parts.SendAsync(parts.Mail(url, MailSecurity.None), Mail);

        Assert.Equal((AttemptOutcome.Refused, AttemptOutcome.Refused), (refused.Outcome, secret.Outcome));
        Assert.Contains("STARTTLS", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal(AttemptOutcome.Delivered, clear.Outcome);
        Assert.False(Assert.Single(server.Mails).Encrypted);
    }

    [Fact]
    public async Task Words_put_in_before_the_encryption_are_not_taken_for_the_servers()
    {
        using var certificate = _authority.Issue();
        await using var server = new StrictMailServer(new MailServerManners
        {
            Certificate = certificate,
            Injected = "\r\n250-injected\r\n250 AUTH PLAIN",
        });
        await using var parts = Parts();

        var result = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}", user: "user", password: "pass"), Mail);

        Assert.Equal(AttemptOutcome.Refused, result.Outcome);
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_ends_it_before_a_password_is_said()
    {
        await using var server = new StrictMailServer(Encrypted() with { Auth = "PLAIN", User = "user", Password = "pass" });
        await using var parts = new SendingParts();

        var result = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}", user: "user", password: "pass"), Mail);

        Assert.Equal(AttemptOutcome.Retryable, result.Outcome);
        Assert.StartsWith("TLS failed: ", result.Error, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_recipient_that_is_full_holds_the_mail_back_until_the_last_attempt_and_an_unknown_one_is_left_out()
    {
        await using var server = new StrictMailServer(Encrypted() with
        {
            Recipient = address => address switch
            {
                "full@example.org" => "452 4.2.2 full",
                "gone@example.org" => "550 5.1.1 nobody",
                _ => "250 fine",
            },
        });
        await using var parts = Parts();
        var url = $"smtp://localhost:{server.Port}";

        var first = await parts.SendAsync(parts.Mail(url, to: Three), Mail);
        Assert.Empty(server.Mails);
        var last = await parts.SendAsync(
            parts.Mail(url, to: Three),
            delivery: new OutgoingDelivery(SendingParts.DeliveryId, "file.deleted", Mail, IsLastAttempt: true));
        var partly = await parts.SendAsync(parts.Mail(url, to: ["gone@example.org", "a@example.org"]), Mail);
        var nobody = await parts.SendAsync(parts.Mail(url, to: ["gone@example.org"]), Mail);

        Assert.Equal((AttemptOutcome.Retryable, 452), (first.Outcome, first.ResponseStatus));
        Assert.Equal(AttemptOutcome.Delivered, last.Outcome);
        Assert.Contains("full@example.org: 452 4.2.2 full", last.ResponseBody, StringComparison.Ordinal);
        Assert.Equal(AttemptOutcome.Delivered, partly.Outcome);
        Assert.Equal((AttemptOutcome.Refused, 550), (nobody.Outcome, nobody.ResponseStatus));
        Assert.Equal([["a@example.org", "c@example.org"], ["a@example.org"]], server.Mails.Select(mail => mail.To));
    }

    [Theory]
    [InlineData("421 4.3.0 later", "250 fine", nameof(AttemptOutcome.Retryable), 421)]
    [InlineData("554 5.0.0 never", "250 fine", nameof(AttemptOutcome.Refused), 554)]
    [InlineData("220 hello", "451 4.3.0 later", nameof(AttemptOutcome.Retryable), 451)]
    [InlineData("220 hello", "554 5.6.0 spam", nameof(AttemptOutcome.Refused), 554)]
    [InlineData("220 hello", null, nameof(AttemptOutcome.Retryable), null)] // taken perhaps: again, under the same id
    [InlineData("HTTP/1.1 400 Bad Request", "250 fine", nameof(AttemptOutcome.Retryable), null)]
    public async Task What_the_server_says_decides(string greeting, string? afterData, string outcome, int? code)
    {
        await using var server = new StrictMailServer(Encrypted() with { Greeting = greeting, AfterData = afterData });
        await using var parts = Parts();

        var result = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}"), Mail);

        Assert.Equal((outcome, code), (result.Outcome.ToString(), result.ResponseStatus));
        Assert.NotEmpty(result.Error!);
    }

    [Fact]
    public async Task A_wrong_password_is_final_and_is_in_no_answer()
    {
        await using var server = new StrictMailServer(Encrypted() with { Auth = "PLAIN", User = "user", Password = "right" });
        await using var parts = Parts();

        var result = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}", user: "user", password: "wr0ng"), Mail);

        Assert.Equal((AttemptOutcome.Refused, 535), (result.Outcome, result.ResponseStatus));
        Assert.DoesNotContain("wr0ng", $"{result}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@b.test>\r\nRCPT TO:<evil@example.org")]
    [InlineData("a@b.test> SIZE=1 <")]
    [InlineData("nobody")]
    [InlineData("ä@b.test")]
    public async Task An_address_that_is_none_is_never_said(string address)
    {
        await using var server = new StrictMailServer(Encrypted());
        await using var parts = Parts();

        Assert.Equal(AttemptOutcome.Refused, (await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}", to: [address]), Mail)).Outcome);
        Assert.Equal(AttemptOutcome.Refused, (await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}", from: address), Mail)).Outcome);
        Assert.Empty(server.Commands);
    }

    [Fact]
    public async Task What_the_server_will_not_take_is_not_sent()
    {
        await using var server = new StrictMailServer(Encrypted() with { Size = "50" });
        await using var parts = Parts();

        var big = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}"), Mail + new string('x', 60));
        var eight = await parts.SendAsync(parts.Mail($"smtp://localhost:{server.Port}"), Mail + "ä");

        Assert.Equal((AttemptOutcome.Refused, AttemptOutcome.Refused), (big.Outcome, eight.Outcome));
        Assert.Empty(server.Mails);
        Assert.Empty(server.Violations);
    }

    [Fact]
    public async Task A_server_that_never_stops_talking_or_says_nothing_is_cut_off()
    {
        await using var endless = new StrictMailServer(new MailServerManners { Greeting = new string('2', 100_000) });
        await using var parts = Parts();

        var result = await parts.SendAsync(parts.Mail($"smtp://localhost:{endless.Port}"), Mail);
        Assert.Equal(AttemptOutcome.Retryable, result.Outcome);
        Assert.Contains("line", result.Error, StringComparison.Ordinal);

        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var to = parts.Mail($"smtp://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}");
        Assert.Equal("No answer within 1 s.", (await parts.SendAsync(to with { Timeout = TimeSpan.FromSeconds(1) }, Mail)).Error);
    }

    private SendingParts Parts() =>
        new(new AlertOptions { AllowPrivateNetworks = true, TrustedCertificates = _authority.RootPath });

    private MailServerManners Encrypted() => new() { Certificate = _authority.Issue() };
}
