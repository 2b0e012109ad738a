using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fixity.Scanner.Scans;

internal static class ScanRegistration
{
    public static void AddScans(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(ScannerOwner.OfThisProcess());
        services.AddSingleton<DatabaseRetry>();
        services.AddSingleton<QueueSignal>();
        services.AddSingleton<ScanQueue>();
        services.AddSingleton<SegmentSplits>();
        services.AddSingleton(new StorageReaders());
        services.AddSingleton<ScanCloser>();
        services.AddSingleton<LostScans>();
        services.AddSingleton<TargetIdentity>();
        services.AddSingleton<ScanMetrics>();
        services.AddSingleton<SegmentRunner>();
        services.AddSingleton<ScanTender>();
        services.AddHostedService<QueueListener>();
        services.AddHostedService<PresenceWorker>();
        services.AddHostedService<ScanWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ScanTender>());
    }
}
