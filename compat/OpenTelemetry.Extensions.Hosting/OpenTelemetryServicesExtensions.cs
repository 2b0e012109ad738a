using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Extensions.Hosting.Implementation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Ties the OpenTelemetry SDK to the life of a host.</summary>
public static class OpenTelemetryServicesExtensions
{
    /// <summary>Registers the SDK, to be started with the host. May be called any number of times.</summary>
    public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        // First in line: hosted services start in registration order, and what the others do while they start
        // is to be seen too.
        if (!services.Any(static s => s.ImplementationType == typeof(TelemetryHostedService)))
        {
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryHostedService>());
        }

        return new OpenTelemetryBuilder(services);
    }
}
