namespace Fixity.Scheduler.Verification;

internal static class GuaranteeRegistration
{
    public static void AddGuarantees(this IServiceCollection services)
    {
        services.AddSingleton<GuaranteeStore>();
        services.AddSingleton<GuaranteeWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<GuaranteeWorker>());
    }
}
