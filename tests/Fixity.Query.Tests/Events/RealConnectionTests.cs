using System.Net;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Query.Tests.Events;

/// <summary>The stream over a socket, where buffering and a client that just leaves would show.</summary>
[Trait("Category", "Database")]
public sealed class RealConnectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Over_a_socket_events_arrive_as_they_happen_and_a_client_that_left_is_forgotten()
    {
        await using var application = new ServiceApplication<Program>(database.ConnectionString);
        application.UseKestrel(0);
        application.StartServer();
        using var client = application.CreateClientAs(Roles.Viewer);
        var hub = application.Services.GetRequiredService<Query.Events.EventHub>();
        var target = await database.AddTargetAsync();
        var scan = await database.AddScanAsync(target);

        using (var stream = await EventStream.OpenGreetedAsync(client))
        {
            Assert.Equal(HttpVersion.Version11, stream.Response.Version);
            await NotifyAsync(scan, target);
            Assert.Equal(scan, (long)(await stream.NextAsync("scan"))["id"]!);
            Assert.True(hub.HasClients);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (hub.HasClients)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private Task NotifyAsync(long scan, int target) => database.ExecuteAsync($$"""
        select pg_notify('fixity_progress', '{"kind":"scan","scanId":{{scan}},"targetId":{{target}}}')
        """);
}
