namespace Fixity.Scheduler.Targets;

internal static class TargetRegistration
{
    public static void AddTargets(this IServiceCollection services)
    {
        services.AddOptions<SchedulerOptions>().BindConfiguration(SchedulerOptions.Section)
            .Validate(
                options => options.AllowedRoots.Append(options.Watch).OfType<string>().All(Path.IsPathFullyQualified),
                "Scheduler:AllowedRoots and Scheduler:Watch must be absolute paths.")
            .ValidateOnStart();
        services.AddSingleton<AllowedRoots>();
        services.AddSingleton<TargetValidation>();
        services.AddSingleton<TargetStore>();
        services.AddSingleton<WatchedFolder>();
    }
}
