using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace Fixity.Compat.Tests.Telemetry;

public sealed class OpenTelemetryHostingTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_of_a_host_arrive_at_the_collector_with_its_resource()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var source = new ActivitySource("Fixity.Compat.Source");
        using var meter = new Meter("Fixity.Compat.Meter");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("the-service-under-test"))
            .WithTracing(t => t.AddSource(source.Name))
            .WithMetrics(m => m.AddMeter(meter.Name))
            .WithLogging()
            .UseOtlpExporter(OtlpExportProtocol.HttpProtobuf, collector.Address);

        using (var host = builder.Build())
        {
            await host.StartAsync();
            using (source.StartActivity("a-span-of-work"))
            {
                host.Services.GetRequiredService<ILogger<OpenTelemetryHostingTests>>()
                    .LogWarning("{What} was written", "a-line-of-log");
            }

            meter.CreateCounter<long>("a.counter").Add(1);
            await host.StopAsync();
        }

        foreach (var (signal, text) in new[]
        {
            ("traces", "a-span-of-work"), ("metrics", "a.counter"), ("logs", "a-line-of-log"),
        })
        {
            Assert.True(collector.Got(signal, text), $"{signal}: no {text}");
            Assert.True(collector.Got(signal, "the-service-under-test"), $"{signal}: no resource");
        }
    }

    [Fact]
    public async Task Starting_the_host_is_enough_for_activities_to_be_recorded()
    {
        using var source = new ActivitySource("Fixity.Compat.StartedByHost");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOpenTelemetry().WithTracing(t => t.AddSource(source.Name));
        using var host = builder.Build();

        Assert.False(source.HasListeners());
        await host.StartAsync();
        Assert.True(source.HasListeners());
        await host.StopAsync();
    }

    [Fact]
    public void Telemetry_starts_before_every_other_hosted_service_and_once()
    {
        var services = new ServiceCollection();
        services.AddHostedService<Bystander>();
        services.AddOpenTelemetry().WithTracing();
        services.AddOpenTelemetry().WithMetrics();

        using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().Select(s => s.GetType().Name);

        Assert.Equal(["TelemetryHostedService", nameof(Bystander)], hosted);
    }

    private sealed class Bystander : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
