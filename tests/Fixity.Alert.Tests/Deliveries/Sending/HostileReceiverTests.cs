using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Deliveries.Sending.Channels;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>A receiver is a stranger: what it may not make this service do.</summary>
[Trait("Category", "Database")]
public sealed class HostileReceiverTests : AlertTest
{
    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var elsewhere = Owned(await Receiver.StartAsync());
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        }));
        await AddWebhookAsync(Service(), receiver.Url);
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "status = 'failed' and response_status = 307");
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_private_address_is_refused_at_save_and_without_a_packet_when_it_was_saved_before()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string[] hosts = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"];
        var lenient = Service();
        foreach (var host in hosts)
        {
            await AddWebhookAsync(lenient, $"http://{host}:{port}/");
        }

        await lenient.DisposeAsync();
        var service = Service(allowPrivate: false);
        using var admin = service.CreateClientAs(Roles.Admin);
        foreach (var host in hosts)
        {
            using var response = await admin.PostAsJsonAsync(
                "/api/v1/webhooks", new { name = "w", url = $"http://{host}:{port}/" });
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("not on the public internet", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(
            5, "status = 'failed' and attempt = 1 and error like 'blocked: %' and failure = 'blocked' and response_status is null");
        Assert.Equal(5, await Database.ScalarAsync<long>("select count(*) from alert.delivery_attempts where outcome = 'blocked'"));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task An_answer_that_drips_or_never_ends_is_cut_and_its_status_counts()
    {
        var sent = 0L;
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            var chunk = Encoding.ASCII.GetBytes(new string('x', context.Request.Path == "/drip" ? 1 : 16 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                Interlocked.Add(ref sent, chunk.Length);
                await Task.Delay(5, context.RequestAborted);
            }
        }));
        var service = Service();
        var drip = await AddWebhookAsync(service, receiver.Url.Replace("/hook", "/drip", StringComparison.Ordinal), new { timeoutSeconds = 1 });
        var flood = await AddWebhookAsync(service, receiver.Url, new { timeoutSeconds = 60 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(2, "status = 'delivered' and response_status = 200");

        Assert.Equal(ResponseExcerpt.KeptBytes, await Database.ScalarAsync<int>(
            $"select octet_length(response_body) from alert.webhook_deliveries where webhook_id = {flood}"));
        Assert.InRange(await Database.ScalarAsync<int>(
            $"select octet_length(response_body) from alert.webhook_deliveries where webhook_id = {drip}"), 1, 1024);
        Assert.InRange(Interlocked.Read(ref sent), 1, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_a_failure_that_says_so()
    {
        var receiver = Owned(await Receiver.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        await AddWebhookAsync(Service(), receiver.Url, new { timeoutSeconds = 1 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null and status = 'pending' and error = 'No answer within 1 s.'");
    }

    [Fact]
    public async Task A_receiver_that_hangs_delays_no_other_and_holds_only_its_own_places()
    {
        var release = new TaskCompletionSource();
        var hanging = Owned(await Receiver.StartAsync(_ => release.Task));
        var well = Owned(await Receiver.StartAsync());
        var service = Service();
        var stuck = await AddWebhookAsync(service, hanging.Url);
        var fine = await AddWebhookAsync(service, well.Url);
        await AddDeliveriesAsync(stuck, target: null, 20);
        await AddDeliveriesAsync(fine, target: null, 20);

        await EventuallyCountAsync(20, $"webhook_id = {fine} and status = 'delivered'");

        Assert.Equal(0, await CountAsync($"webhook_id = {stuck} and status = 'delivered'"));
        Assert.Equal(DeliveryWorker.PerWebhook, await CountAsync($"webhook_id = {stuck} and lease_until > now()"));
        release.SetResult();
        await EventuallyCountAsync(20, $"webhook_id = {stuck} and status = 'delivered'");
    }

    [Fact]
    public async Task Neither_secret_nor_url_is_ever_logged()
    {
        var log = new LogCollector();
        var receiver = Owned(await Receiver.StartAsync(500));
        var service = Service(services: s => s.AddSingleton<ILoggerProvider>(log), logLevel: "Trace");
        var id = await AddWebhookAsync(service, receiver.Url + "/T0KEN", new { retryAttempts = 2, retryBackoffSeconds = 1 });
        using var admin = service.CreateClientAs(Roles.Admin);
        await TestAsync(admin, id);
        await AddChangeAsync("corrupted");
        await EventuallyCountAsync(1, "status = 'failed'");
        await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", new { name = "x", url = "ftp://T0KEN/", secret = Secret });

        Assert.Contains(log.Lines, line => line.Contains("given up", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("T0KEN", StringComparison.Ordinal));
    }
}
