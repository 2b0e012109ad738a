using Fixity.Data;
using Fixity.Scanner;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Changes;
using Fixity.Scanner.Scans;
using Fixity.Scanner.Storages;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fixity.Bench.Measured;

/// <summary>The scanner service's own parts, registered as its Program does, without HTTP and telemetry.</summary>
internal static class ScannerParts
{
    public static IHost Build(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
            [new($"ConnectionStrings:{DatabaseRegistration.ConnectionName}", connectionString)]);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        builder.AddFixityDatabase(DatabaseRole.Scanner);
        builder.Services.AddScannerOptions();
        builder.Services.AddStorages();
        builder.Services.AddScans();
        builder.Services.AddBaselines();
        builder.Services.AddChanges();
        return builder.Build();
    }
}
