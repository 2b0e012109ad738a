namespace Fixity.Alert.Mutes;

internal static class MuteRegistration
{
    public static void AddMutes(this IServiceCollection services) => services.AddSingleton<MuteStore>();
}
