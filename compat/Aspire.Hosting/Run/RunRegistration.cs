using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Run;

/// <summary>Puts the parts of run mode together.</summary>
internal static class RunRegistration
{
    public static void AddApplicationRunner(
        this IServiceCollection services, string appHostDirectory, Assembly? appHostAssembly)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new RunReport(Console.Out, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ResourceStore>();
        services.AddSingleton(provider => new LogStore(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RunContext(
            provider,
            provider.GetRequiredService<DistributedApplicationModel>(),
            provider.GetRequiredService<DistributedApplicationExecutionContext>(),
            provider.GetRequiredService<IDistributedApplicationEventing>(),
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IHostEnvironment>(),
            provider.GetRequiredService<ResourceStore>(),
            provider.GetRequiredService<LogStore>(),
            provider.GetRequiredService<RunReport>(),
            provider.GetRequiredService<TimeProvider>(),
            new RunFolders(provider.GetRequiredService<IConfiguration>(), appHostDirectory),
            appHostAssembly));
        services.AddSingleton<ApplicationRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<ApplicationRunner>());
    }
}
