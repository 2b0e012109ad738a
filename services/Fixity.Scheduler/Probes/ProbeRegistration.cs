namespace Fixity.Scheduler.Probes;

internal static class ProbeRegistration
{
    public static void AddProbes(this IServiceCollection services) => services.AddSingleton<ProbeStore>();
}
