namespace Fixity.Scheduler.Targets;

internal static class TargetRegistration
{
    public static void AddTargets(this IServiceCollection services)
    {
        services.AddOptions<SchedulerOptions>().BindConfiguration(SchedulerOptions.Section)
            .Validate(
                options => options.AllowedRoots.Append(options.Watch).OfType<string>().All(Path.IsPathFullyQualified),
                "Scheduler:AllowedRoots and Scheduler:Watch must be absolute paths.")
            .Validate(
                options => options.QueueInterval > TimeSpan.Zero && options.QueueInterval <= TimeSpan.FromMinutes(10),
                "Scheduler:QueueInterval must be above 0 and at most 10 minutes.")
            .ValidateOnStart();
        services.AddSingleton<AllowedRoots>();
        services.AddSingleton<TargetValidation>();
        services.AddSingleton<TargetStore>();
        services.AddSingleton<WatchedFolder>();
    }
}
