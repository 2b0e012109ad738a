using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Fixity.Alert.Tests.Receivers;

/// <summary>A mail server that somebody else wrote (Debian: python3-aiosmtpd), which reads each mail as a mail program would.</summary>
internal sealed class DebianMailServer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import asyncio, json, ssl, sys, email, email.policy
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        port, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
                body = mail.get_body(("plain",))
                print(json.dumps({
                    "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": mail["subject"],
                    "messageId": mail["message-id"], "user": session.auth_data and session.auth_data.login.decode(),
                    "text": body.get_content() if body else "", "defects": [str(d) for d in mail.defects]}), flush=True)
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            good = data.login == b"user" and data.password == b"pass"
            return AuthResult(success=good, auth_data=data) if good else AuthResult(success=False, handled=False)

        controller = Controller(
            Handler(), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
            authenticator=authenticate, auth_required=True)
        controller.start()
        print("ready", flush=True)
        sys.stdin.read()
        controller.stop()
        """;

    private readonly Process _process;

    private DebianMailServer(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Why there is none here; null: there is.</summary>
    public static string? Refusal { get; } = Find();

    public int Port { get; }

    public static async Task<DebianMailServer> StartAsync(TestAuthority authority)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        using var certificate = authority.Issue();
        var process = Process.Start(new ProcessStartInfo(
            Python, ["-c", Script, $"{port}", authority.CertificatePath, authority.KeyPath])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return new DebianMailServer(process, port);
    }

    public async Task<JsonElement> NextMailAsync() =>
        JsonElement.Parse((await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)))!);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            return null;
        }

        if (File.Exists(Python))
        {
            using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import aiosmtpd"]) { RedirectStandardError = true })!;
            probe.WaitForExit();
            if (probe.ExitCode == 0)
            {
                return null;
            }
        }

        return "This machine has no aiosmtpd (Debian: python3-aiosmtpd).";
    }
}

/// <summary>A test against that server. Skipped where there is none, but in CI, where it must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MailServerFactAttribute : FactAttribute
{
    public MailServerFactAttribute() => Skip = DebianMailServer.Refusal;
}
