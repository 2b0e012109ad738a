using System.Net;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.ServiceDefaults.Tests.Health;

public sealed class HealthEndpointsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_service_over_a_migrated_database_is_alive_and_ready()
    {
        await using var service = await ProbeService.StartAsync(connectionString: database.ConnectionString);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, "/healthz")).Status);
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready","reasons":[]}"""), await GetAsync(service, "/readyz"));
    }

    [Fact]
    public async Task Before_the_migration_it_is_alive_but_not_ready_and_says_why()
    {
        var server = await PostgresServer.GetAsync();
        var name = $"e_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create database {name} template template0");
        await using (var service = await ProbeService.StartAsync(connectionString: server.ConnectionStringFor(name)))
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, "/healthz")).Status);
            var (status, text) = await GetAsync(service, "/readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("run the migrations", text, StringComparison.Ordinal);
        }

        await server.ExecuteAsync($"drop database {name} with (force)");
    }

    [Fact]
    public async Task With_another_version_s_schema_it_is_not_ready()
    {
        await database.ExecuteAsync("""
            insert into public.schema_migrations (version, name, checksum) values (9999, 'future', '\x00')
            """);
        try
        {
            await using var service = await ProbeService.StartAsync(connectionString: database.ConnectionString);
            var (status, text) = await GetAsync(service, "/readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("9999", text, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync("delete from public.schema_migrations where version = 9999");
        }
    }

    [Fact]
    public async Task With_the_database_gone_it_is_alive_but_not_ready()
    {
        var gone = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "/does/not/exist" };
        await using var service = await ProbeService.StartAsync(connectionString: gone.ConnectionString);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, "/healthz")).Status);
        var (status, text) = await GetAsync(service, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("does not answer", text, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(ProbeService service, string path)
    {
        using var response = await service.Client().GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
