namespace Fixity.Alert.Severities;

internal static class SeverityRegistration
{
    public static void AddSeverities(this IServiceCollection services) => services.AddSingleton<SeverityStore>();
}
