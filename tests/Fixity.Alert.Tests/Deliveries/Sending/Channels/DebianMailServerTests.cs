using System.Text;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Tests.Receivers;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Deliveries.Sending.Channels;

public sealed class DebianMailServerTests
{
    [MailServerFact]
    public async Task A_mail_reaches_a_server_that_somebody_else_wrote_and_reads_as_it_was_written()
    {
        using var authority = new TestAuthority();
        await using var server = await DebianMailServer.StartAsync(authority);
        await using var parts = new SendingParts(
            new AlertOptions { AllowPrivateNetworks = true, TrustedCertificates = authority.RootPath });
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(".märz\n..\n"));
        var mail = $"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("3 × gelöscht"))}?=\r\nMIME-Version: 1.0\r\n"
            + $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n";
        var url = $"smtp://localhost:{server.Port}";

        var wrong = await parts.SendAsync(parts.Mail(url, user: "user", password: "wrong"), mail);
        var without = await parts.SendAsync(parts.Mail(url), mail);
        var clear = await parts.SendAsync(parts.Mail(url, MailSecurity.None), mail);
        var right = await parts.SendAsync(parts.Mail(url, user: "user", password: "pass", to: ["a@example.org", "b@example.org"]), mail);

        Assert.Equal((AttemptOutcome.Refused, 535), (wrong.Outcome, wrong.ResponseStatus));
        Assert.Equal((AttemptOutcome.Refused, 530), (without.Outcome, without.ResponseStatus));
        Assert.Equal((AttemptOutcome.Refused, 530), (clear.Outcome, clear.ResponseStatus));
        Assert.True(right.Outcome == AttemptOutcome.Delivered, right.ToString());
        var got = await server.NextMailAsync();
        Assert.Equal(
            ("fixity@example.org", "3 × gelöscht", ".märz\n..\n", "user", $"<{SendingParts.DeliveryId}@example.org>"),
            (got.GetProperty("from").GetString(), got.GetProperty("subject").GetString(), got.GetProperty("text").GetString(),
                got.GetProperty("user").GetString(), got.GetProperty("messageId").GetString()));
        Assert.Equal(["a@example.org", "b@example.org"], got.GetProperty("to").EnumerateArray().Select(to => to.GetString()));
        Assert.Empty(got.GetProperty("defects").EnumerateArray());
    }
}
