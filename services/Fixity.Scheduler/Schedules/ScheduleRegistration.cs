using Quartz;

namespace Fixity.Scheduler.Schedules;

/// <summary>Quartz over this service's own data source: all replicas are one cluster.</summary>
internal static class ScheduleRegistration
{
    /// <summary>Name of the cluster in the job store.</summary>
    public const string ClusterName = "fixity";

    private const string TablePrefix = "scheduler.qrtz_";

    public static void AddSchedules(this IServiceCollection services)
    {
        // Started by ScheduleWorker and not by Quartz's hosted service: a scheduler that starts before the migrations
        // waits for them instead of ending.
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = ClusterName;
                scheduler.GenerateInstanceId = true;
            });
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(database => database.UseRegisteredDataSource = true);
                store.UseSystemTextJsonSerializer();
                store.UseClustering();
                store.ConfigureStore(options => options.TablePrefix = TablePrefix);
            });
        });
        services.AddSingleton<ScheduleSignal>();
        services.AddSingleton<ScheduleState>();
        services.AddSingleton<ScheduleReconciler>();
        services.AddSingleton<ScheduleRules>();
        services.AddSingleton<ScheduleMetrics>();
        services.AddSingleton<ScheduledRuns>();
        services.AddSingleton<BlackoutKeeper>();
        services.AddHostedService<ScheduleWorker>();
    }
}
