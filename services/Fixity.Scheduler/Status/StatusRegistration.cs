namespace Fixity.Scheduler.Status;

internal static class StatusRegistration
{
    public static void AddStatus(this IServiceCollection services) => services.AddSingleton<StatusQueries>();
}
