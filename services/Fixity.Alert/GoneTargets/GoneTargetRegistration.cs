namespace Fixity.Alert.GoneTargets;

internal static class GoneTargetRegistration
{
    public static void AddGoneTargets(this IServiceCollection services)
    {
        services.AddSingleton<GoneTargetStore>();
        services.AddHostedService<GoneTargetWorker>();
    }
}
