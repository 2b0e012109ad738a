using Fixity.Data;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Changes;
using Fixity.Scanner.Probes;
using Fixity.Scanner.Rollups;
using Fixity.Scanner.Scans;
using Fixity.Scanner.Storages;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fixity.Scanner.Tests;

/// <summary>A scanner as production runs it, on a test's database and with short waits, without HTTP.</summary>
public sealed class ScannerProcess : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NpgsqlDataSource _database;

    private ScannerProcess(IHost host, NpgsqlDataSource database) => (_host, _database) = (host, database);

    public IServiceProvider Services => _host.Services;

    /// <param name="isWorking">False: only the parts, for a test that plays the worker itself.</param>
    public static async Task<ScannerProcess> StartAsync(
        TestDatabase database, bool isWorking = true, TimeSpan? lease = null,
        Action<IHostApplicationBuilder>? configure = null)
    {
        var data = database.DataSourceAs(DatabaseRole.Scanner);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Scanner:Lease"] = (lease ?? TimeSpan.FromSeconds(10)).ToString(),
            ["Scanner:RenewInterval"] = ((lease ?? TimeSpan.FromSeconds(10)) / 3).ToString(),
            ["Scanner:PollInterval"] = "00:00:00.2",
            ["Scanner:ControlInterval"] = "00:00:00.2",
        });
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddSingleton(data);
        builder.Services.AddScannerOptions();
        builder.Services.AddStorages();
        builder.Services.AddScans();
        builder.Services.AddProbes();
        builder.Services.AddBaselines();
        builder.Services.AddChanges();
        builder.Services.AddRollups();
        builder.Services.AddSingleton(TimeProvider.System);
        configure?.Invoke(builder);
        var host = builder.Build();
        if (isWorking)
        {
            await host.StartAsync();
        }

        return new ScannerProcess(host, data);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }
}
