using System.Globalization;
using Fixity.Scheduler.Tests.EndToEnd;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

[assembly: HostingStartup(typeof(ShiftedClockStartup))]

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>The system's clock, ahead or behind: every process of a test is as far off, so they agree with each other.</summary>
public sealed class ShiftedClock(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
}

/// <summary>Gives a scheduler in a process of its own another clock. Production code knows nothing of it.</summary>
public sealed class ShiftedClockStartup : IHostingStartup
{
    public const string OffsetTicks = "FIXITY_TEST_CLOCK_OFFSET_TICKS";

    public void Configure(IWebHostBuilder builder)
    {
        if (Environment.GetEnvironmentVariable(OffsetTicks) is { } ticks)
        {
            var offset = TimeSpan.FromTicks(long.Parse(ticks, CultureInfo.InvariantCulture));
            builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(new ShiftedClock(offset)));
        }
    }
}
