namespace Fixity.Scanner.Probes;

internal static class ProbeRegistration
{
    public static void AddProbes(this IServiceCollection services)
    {
        services.AddSingleton<ProbeStore>();
        services.AddSingleton<StorageProbing>();
        services.AddHostedService<ProbeWorker>();
    }
}
