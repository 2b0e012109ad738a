namespace Fixity.Scheduler.GlobalSettings;

internal static class SettingRegistration
{
    public static void AddGlobalSettings(this IServiceCollection services)
    {
        services.AddSingleton<SettingRules>();
        services.AddSingleton<SettingStore>();
    }
}
