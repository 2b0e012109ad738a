using Fixity.Data;
using Fixity.Migrations;
using Fixity.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder(args);
builder.AddTelemetry();
builder.AddNpgsqlDataSource(DatabaseRegistration.ConnectionName, settings => settings.DisableHealthChecks = true);
builder.Services.AddSingleton<Migrator>();

using var host = builder.Build();
await host.StartAsync();

var logger = host.Services.GetRequiredService<ILogger<Migrator>>();
var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
try
{
    var applied = await host.Services.GetRequiredService<Migrator>()
        .MigrateAsync(Schema.Migrations, lifetime.ApplicationStopping);
    logger.SchemaReady(Schema.Version, applied);
    return 0;
}
catch (MigrationException e)
{
    logger.Refused(e.Message);
    return 2;
}
finally
{
    await host.StopAsync();
}
