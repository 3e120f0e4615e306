/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/machine_engine.h - a machine in somebody else's simulation.
 *
 * machine_run() owns the time and the hardware. An engine that has a time of its own (SystemC) runs the same steps
 * through machine_start(), machine_next(), machine_advance() and machine_finish(); the results are the same, byte for
 * byte. The GIC, and the devices, may be the engine's too (struct machine_outside).
 *
 * The last part carries a machine to another process and its results back, for engines that can be started only once
 * in a process.
 */
#ifndef TRAPLINE_MACHINE_ENGINE_H
#define TRAPLINE_MACHINE_ENGINE_H

#include <trapline/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- hardware outside ---------------------------------------------------------------------------- */

/* What a machine finds outside; copied by machine_new. struct machine_config.outside points to it. */
struct machine_outside {
    size_t struct_size; /* sizeof(struct machine_outside) */
    void *ctx;          /* first argument of the functions */
    /*
     * A GIC, configured as machine_gic_config() says; NULL: the machine makes its own, and the next four are not used.
     * The machine looks at its state directly and reaches it through these functions otherwise; accesses are of 32
     * bits. Its owner passes on what the GIC reports: machine_gic_output() and machine_gic_state().
     */
    struct gic *gic;
    uint32_t (*read)(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset);
    void (*write)(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset, uint32_t value);
    void (*set_spi)(void *ctx, uint32_t intid, bool level);
    void (*set_ppi)(void *ctx, unsigned cpu, uint32_t intid, bool level);
    /*
     * true: the devices that have a line are outside. Their traffic is not run, only expected: the run ends when as
     * many causes have come from each device (machine_device_raise) as its traffic announces, and been served. Causes
     * beyond that are served and counted as long as the run lasts; it does not wait for them, and if they keep it
     * busy for a second after the last that was announced it ends as a storm does (-ELOOP). The guest's write to a
     * device, and a reset, are passed on.
     */
    bool devices;
    void (*device_clear)(void *ctx, unsigned device);
    void (*device_reset)(void *ctx, unsigned device);
};

/* The GIC that a machine needs; the callbacks are left empty. */
TRAPLINE_API void machine_gic_config(const struct machine_config *cfg, struct gic_config *out);
/* For the owner of the GIC: an output wire has changed, or the state of a watched interrupt. They latch and do no more.
 */
TRAPLINE_API void machine_gic_output(struct machine *m, unsigned cpu, enum gic_pin pin, bool level);
TRAPLINE_API void machine_gic_state(struct machine *m, unsigned cpu, uint32_t intid, uint32_t old_bits,
                                    uint32_t new_bits);
/*
 * For the owner of the devices: device `device` (index into machine_config.devices) has a reason to interrupt, told
 * before its line moves; its line has moved (an edge device: up and down again). The wire to the GIC is the owner's to
 * drive.
 */
TRAPLINE_API void machine_device_raise(struct machine *m, unsigned device);
TRAPLINE_API void machine_device_line(struct machine *m, unsigned device, bool level);

/* The SPI of a device, 0: it has none, or there is no such device; how many devices have one. */
TRAPLINE_API uint32_t machine_device_spi(const struct machine *m, unsigned device);
TRAPLINE_API size_t machine_wired_devices(const struct machine *m);

/*
 * The cause of an exit by what the trace record kvm_guest_left says (its argument `trap`), where the guest's own
 * exception decides it. MACHINE_EXIT_COUNT: an interrupt took it out, and the host finds the cause.
 */
TRAPLINE_API enum machine_exit_cause machine_trap_cause(int64_t trap);

/* ---- stepping ------------------------------------------------------------------------------------- */

/* Begins set-up. 0, or -EINVAL: it has been started before. */
TRAPLINE_API int machine_start(struct machine *m);
/*
 * The time of the next event in ticks; false: there is none. A run whose devices are outside may get new ones from
 * them; it has ended when machine_ended() says so.
 */
TRAPLINE_API bool machine_next(struct machine *m, sim_tick *at);
/*
 * The last tick of a run that machine_config.until limits; false: there is no limit, or the run is not on. A run that
 * waits for devices outside has to be ended then, though it has no event: machine_set_time() there, and it has ended.
 * Causes that come at the limit count, later ones do not.
 */
TRAPLINE_API bool machine_limit(const struct machine *m, sim_tick *at);
/* Runs that event. Time is that of the event then. */
TRAPLINE_API void machine_advance(struct machine *m);
/* Set-up is over: the times of traffic count from machine_origin(). */
TRAPLINE_API bool machine_is_set_up(const struct machine *m);
TRAPLINE_API sim_tick machine_origin(const struct machine *m);
/* The run has come to its end (or was stopped by a failure): time for machine_finish(). */
TRAPLINE_API bool machine_ended(struct machine *m);
/* Ends the run; returns what machine_run() would. */
TRAPLINE_API int machine_finish(struct machine *m);
/*
 * Time goes on to `at` without an event, for something that comes from outside then. Not beyond the next event, and
 * not back: such times are ignored. An event beyond the limit, which is never run, does not hold time up.
 */
TRAPLINE_API void machine_set_time(struct machine *m, sim_tick at);
TRAPLINE_API sim_tick machine_now(const struct machine *m);
TRAPLINE_API sim_tick machine_tick_hz(const struct machine *m);

/* ---- to another process and back -------------------------------------------------------------------- */

/*
 * Both processes must be of one build of this library: the images carry its version and the sizes of its structures,
 * and are refused otherwise (-EPROTO). They are no files to keep.
 */

/* Bytes of an image of this machine before it is run: its configuration and what machine_watch_accesses has set. */
TRAPLINE_API size_t machine_job_size(const struct machine *m);
/* Writes it to buf (size bytes). 0 or -ENOSPC. */
TRAPLINE_API int machine_job_save(const struct machine *m, void *buf, size_t size);
/* Builds that machine again, with the given hardware (may be NULL). 0, -EINVAL, -EPROTO or -ENOMEM; `why` as
 * machine_new. */
TRAPLINE_API int machine_job_load(const void *buf, size_t size, const struct machine_outside *outside,
                                  struct machine **out, char *why, size_t n);
/* The GIC that the machine of an image needs, for who makes it before the machine. 0 or -EPROTO. */
TRAPLINE_API int machine_job_gic_config(const void *buf, size_t size, struct gic_config *out);
/* The results of a machine that has run, and their way into one that was built alike and has not. */
TRAPLINE_API size_t machine_results_size(struct machine *m);
TRAPLINE_API int machine_results_save(struct machine *m, void *buf, size_t size);
/* 0, -EINVAL (it has run already, or the image makes no sense) or -EPROTO. Leaves m as if machine_run() had run it. */
TRAPLINE_API int machine_results_load(struct machine *m, const void *buf, size_t size);
/*
 * For an engine that has run a machine elsewhere and got no results: machine_error() and machine_status() are these
 * from now on. Returns status, which is negative.
 */
TRAPLINE_API int machine_set_error(struct machine *m, int status, const char *sentence);
/* What machine_run() or machine_finish() returned. */
TRAPLINE_API int machine_status(const struct machine *m);

#ifdef __cplusplus
}
#endif
#endif
